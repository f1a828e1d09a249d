"""Reviewers tried with what is known: they cannot tell, nothing changes, and their figures say how they did."""

from __future__ import annotations

import secrets

import pytest
from django.test import Client
from rest_framework.test import APIClient

from classifier.actions.merge_labels import merge_labels
from classifier.actions.rename_label import rename_label
from classifier.actions.review_image import review_image
from classifier.actions.undo_review import undo_review
from classifier.models import Classifier, Question, Review, Sample, User
from classifier.models.reviewers import Reviewer, figures, kappa
from tests.conftest import signed_in
from tests.factories import make_labels, make_reviewer, make_sample

pytestmark = pytest.mark.django_db
NEXT, FIGURES = "/api/v1/review/next/", "/api/v1/review/reviewers/"


@pytest.fixture(autouse=True)
def _always(doodle: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may be tried is."""
    make_labels("cat", "dog", "bird")
    Classifier.objects.update(known_share=5)
    monkeypatch.setattr(secrets, "randbelow", lambda _: 4)


@pytest.fixture
def program(rita: User) -> APIClient:
    return signed_in(rita)


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "root@example.com", "a long enough secret")


def say(by: User, sample: Sample, label: str) -> Review:
    classifier = Classifier.objects.get(pk=sample.classifier_id)
    return review_image(by=by, image=sample.image, classifier=classifier, verdict="corrected", label=label)


def make_known(by: User | None = None) -> Sample:
    """Came labelled as a cat; somebody decided that it is a dog, and that is certain."""
    sample = make_sample("cat", "dog")
    say(by or make_reviewer(), sample, "dog")
    Sample.objects.filter(pk=sample.pk).update(known=True)
    return Sample.objects.get(pk=sample.pk)


def waiting(suspicion: float) -> Sample:
    return make_sample("cat", "dog", suspicion=suspicion)


def test_a_reviewer_meets_it_as_any_other_and_it_stays_as_it_is(reviewer: Client, rita: User) -> None:
    first, second, known = waiting(0.9), waiting(0.8), make_known()
    leads_to = reviewer.post(f"/review/{first.pk}/", {"label": "cat", "seen": first.seen})["Location"]
    assert leads_to.startswith(f"/review/{known.pk}/")
    page = reviewer.get(leads_to)
    words = page.content.decode()
    assert "It is labelled" in words
    assert "labelled cat; the model says dog 0.93".capitalize() in words
    assert "It was judged" not in words
    assert "What was said of it" not in words
    seen = page.context["sample"].seen
    after = reviewer.post(f"/review/{known.pk}/", {"label": "cat", "seen": seen})["Location"]
    assert after.startswith(f"/review/{second.pk}/")
    answer = Review.objects.get(checks=True)
    assert (answer.verdict, answer.decides, answer.new_state, str(answer.new_label)) == ("confirmed", False, "corrected", "dog")
    now = Sample.objects.get(pk=known.pk)
    assert (now.decision, now.changed_at, now.judged) == (known.decision, known.changed_at, True)
    assert "You said: cat." in reviewer.get(after).content.decode()
    back = reviewer.post(f"/review/{known.pk}/undo/", {"review": str(answer.pk)}, follow=True).content.decode()
    assert "It is labelled" in back
    assert "You said" not in back
    reviewer.post(f"/review/{known.pk}/", {"label": "dog", "seen": seen})
    assert (figures()[0].name, figures()[0].answers) == ("rita", [False])  # the first counts


def test_a_program_meets_it_too_and_asking_again_gives_the_same(program: APIClient) -> None:
    first, known = waiting(0.9), make_known()
    given = program.post(NEXT).json()
    assert (given["id"], given["state"], given["label"], given["reason"]) == (str(known.pk), "accepted", "cat", "suspected")
    assert program.post(NEXT).json() == given
    passed = program.post(f"{NEXT}?after={known.pk}").json()
    assert passed["id"] == str(first.pk)
    verdicts = f"/api/v1/images/{known.image_id}/reviews/"
    assert program.get(verdicts).json()["results"] == []
    stale = program.post(verdicts, {"classifier": "doodle", "verdict": "confirmed", "seen": "new::0"}).json()["error"]
    assert (stale["code"], stale["fields"]["label"], stale["fields"]["last"]) == ("stale_review", "cat", None)
    said = {"classifier": "doodle", "verdict": "corrected", "label": "dog", "seen": given["seen"]}
    answer = program.post(verdicts, said).json()
    assert (answer["role"], answer["new_label"]) == ("check", "dog")
    assert program.post(verdicts, said).json()["id"] == answer["id"]
    assert [one.right for one in figures() if one.name == "rita"] == [1]
    assert program.post(NEXT).json()["id"] == str(first.pk)


def test_it_is_put_in_todays_words(program: APIClient, root: User) -> None:
    _, known = make_sample("house", "dog"), make_known()
    rename_label(by=root, classifier=known.classifier, name="cat", to="kitten")
    merge_labels(by=root, classifier=known.classifier, name="kitten", into="bird")
    given = program.post(NEXT).json()
    assert (given["id"], given["label"]) == (str(known.pk), "bird")


def test_opinions_that_mean_the_same_since_make_an_answer_known(rita: User, root: User) -> None:
    Classifier.objects.update(opinions=3)
    sample = make_sample("house", state="new")
    for label in ("dog", "dog", "cat"):
        say(make_reviewer(), sample, label)
    known_to_try = Question.objects.known_to_try
    assert known_to_try(rita, sample.classifier) is None
    merge_labels(by=root, classifier=sample.classifier, name="cat", into="dog")
    assert known_to_try(rita, sample.classifier) == sample


def test_many_at_once_can_hold_one(program: APIClient) -> None:
    waiting(0.9)
    known = make_known()
    given = program.post(NEXT).json()
    chosen = {"samples": [{"id": given["id"], "seen": given["seen"]}], "verdict": "confirmed"}
    (review,) = program.post("/api/v1/review/batch/", chosen).json()["reviews"]
    assert (review["role"], review["label"]) == ("check", "cat")
    assert Sample.objects.get(pk=known.pk).label == known.label


@pytest.mark.parametrize("opinions", [1, 2])
def test_once_answered_their_verdict_counts_as_any_other(program: APIClient, rita: User, opinions: int) -> None:
    Classifier.objects.update(opinions=opinions)
    waiting(0.9)
    known = make_known(User.objects.create_superuser("root", "root@example.com", "a long enough secret"))
    program.post(NEXT)
    say(rita, known, "bird")
    if opinions == 1:
        assert say(rita, known, "cat").decides
    else:
        with pytest.raises(ValueError, match="Reviewers have decided"):
            say(rita, known, "cat")


def test_nobody_is_tried_with_what_they_know_or_twice_or_where_they_chose(program: APIClient, rita: User, root: User) -> None:
    first = waiting(0.9)
    make_known(rita)
    mine = make_known()
    mine.image.owner = rita
    mine.image.save()
    undecided = make_sample("cat", state="new")
    Sample.objects.filter(pk=undecided.pk).update(known=True)
    assert program.post(NEXT).json()["id"] == str(first.pk)
    known = make_known()
    for query in ("?label=cat", "?state=all", "?min_probability=0"):
        assert program.post(NEXT + query).json()["id"] != str(known.pk)
    assert signed_in(root).post(NEXT).json()["id"] != str(known.pk)
    Question.objects.create(reviewer=rita, sample=known, rank=3, placed_at=first.changed_at)
    Question.objects.update(asked_at="2026-01-01T00:00:00Z")
    assert program.post(NEXT).json()["id"] == str(first.pk)
    Classifier.objects.update(known_share=4)
    make_known()
    assert program.post(NEXT).json()["id"] == str(first.pk)


def test_what_two_agreed_on_is_known_and_what_somebody_doubted_is_not(program: APIClient) -> None:
    Classifier.objects.update(opinions=2)
    agreed, excluded = make_sample("cat"), make_sample("cat")
    for _ in range(2):
        say(make_reviewer(), agreed, "dog")
        review_image(by=make_reviewer(), image=excluded.image, classifier=excluded.classifier, verdict="unusable")
    Classifier.objects.update(opinions=3)
    disputed = make_sample("cat")
    for label in ("dog", "bird", "dog"):
        say(make_reviewer(), disputed, label)
    waiting(0.9)
    tried = {program.post(NEXT).json()["id"]}
    Question.objects.update(asked_at="2026-01-01T00:00:00Z")
    tried |= {program.post(NEXT).json()["id"]}
    Question.objects.update(asked_at="2026-01-01T00:00:00Z")
    assert tried == {str(agreed.pk), str(excluded.pk)}
    assert program.post(NEXT).json()["id"] not in {*tried, str(disputed.pk)}


def test_a_maintainer_marks_it_on_its_page_and_by_api(program: APIClient, reviewer: Client, root: User) -> None:
    sample, browser = make_sample("cat"), Client()
    browser.force_login(root)
    path, api = f"/review/{sample.pk}/", f"/api/v1/images/{sample.image_id}/known/"
    assert "Its answer is known" in browser.get(path).content.decode()
    assert "Its answer is known" not in reviewer.get(path).content.decode()
    assert "Not certain after all" in browser.post(f"{path}known/", {"known": "1"}, follow=True).content.decode()
    assert reviewer.post(f"{path}known/").status_code == 403
    assert program.put(api, {"classifier": "doodle", "known": False}).status_code == 403
    client = signed_in(root)
    body = client.put(api, {"classifier": "doodle", "known": False}).json()
    assert body == {"image": str(sample.image_id), "classifier": "doodle", "label": "cat", "known": False}
    Sample.objects.update(state="new", label=None)
    assert client.put(api, {"classifier": "doodle", "known": True}).json()["error"]["code"] == "not_decided"
    assert "Decide it first" in browser.post(f"{path}known/", {"known": "1"}, follow=True).content.decode()
    assert client.put(api, {"classifier": "photo", "known": True}).status_code == 404


def figure_of(name: str) -> Reviewer:
    return next(one for one in figures() if one.name == name)


def test_a_careless_reviewer_is_found_by_what_is_known(root: User) -> None:
    careless, careful = make_reviewer("careless"), make_reviewer("careful")
    for number in range(20):
        known = make_known(root)
        for person in (careless, careful):
            Question.objects.create(reviewer=person, sample=known, rank=1, placed_at=known.changed_at)
            say(person, known, "bird" if person == careless and number % 2 else "dog")
    assert figures()[0].name == "careless"
    found, other = figure_of("careless"), figure_of("careful")
    assert (found.right, len(found.answers), other.right, other.decided) == (10, 20, 20, 0)
    assert found.rightness
    assert other.rightness
    assert found.rightness.high < other.rightness.low
    browser = Client()
    browser.force_login(root)
    page = browser.get("/review/reviewers/").content.decode()
    assert "10 of 20" in page
    assert "30 to 70%" in page
    row = signed_in(root).get(FIGURES).json()["reviewers"][0]
    assert (row["name"], row["tried"], row["right"], row["rightness"]["value"]) == ("careless", 20, 10, 0.5)
    assert signed_in(careful).get(FIGURES).status_code == 403


def test_a_careless_reviewer_is_found_by_the_opinions_of_others(root: User) -> None:
    Classifier.objects.update(opinions=3)
    careless, *careful = (make_reviewer(name) for name in ("careless", "ann", "ben"))
    for number in range(20):
        sample = make_sample("cat")
        truth = ("cat", "dog")[number % 2]
        for person in careful:
            say(person, sample, truth)
        opinion = say(careless, sample, "bird" if number % 4 < 2 else truth)
        if number == 19:
            undo_review(by=careless, review=opinion)  # and with it the decision: this one counts for nobody
    assert [one.name for one in figures()] == ["careless", "ann", "ben"]
    assert (figure_of("careless").with_others, len(figure_of("careless").opinions)) == (9 / 19, 19)
    assert (figure_of("ann").with_others, figure_of("ann").kappa) == (1.0, 1.0)
    browser = Client()
    browser.force_login(root)
    assert "47%" in browser.get("/review/reviewers/").content.decode()


def test_kappa_is_cohens() -> None:
    table = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert kappa(table) == pytest.approx(0.4)
    assert kappa([("a", "b"), ("b", "a")]) == -1
    assert kappa([("a", "a")] * 3) is None
    assert kappa([]) is None
