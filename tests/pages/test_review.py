from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from classifier.actions.review_image import review_image
from classifier.models import Image, Prediction, Review, Sample, User
from tests.factories import HOUSE, make_answer, make_image, make_prediction, make_reviewer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def answer(owner: User) -> Prediction:
    """Cat, 0.8, says the network."""
    return make_answer(owner)


def say(client: Client, answer: Prediction, headers: dict[str, str] | None = None, **fields: str) -> str:
    """The words of the page afterwards."""
    path = reverse("pages:image-review", args=[answer.image_id])
    said = client.post(path, {"classifier": "doodle", **fields}, follow=True, headers=headers)
    assert said.status_code == 200
    return said.content.decode()


def dispute(label: str = "dog") -> Sample:
    """A new picture whose owner says that it is something else."""
    answer = make_answer()
    assert answer.image.owner
    by = answer.image.owner
    return review_image(by=by, image=answer.image, classifier=answer.classifier, verdict="corrected", label=label).sample


def page_of(sample: Sample, query: str = "") -> str:
    return reverse("pages:review-sample", args=[sample.pk]) + query


def decide(client: Client, sample: Sample, query: str = "", **fields: str) -> str:
    """Where it leads."""
    answer = client.post(page_of(sample, query), {"seen": sample.seen, **fields})
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def state_of(sample: Sample) -> tuple[str, str | None]:
    sample = Sample.objects.select_related("label").get(pk=sample.pk)
    return sample.state, sample.label.name if sample.label else None


def test_a_result_asks_whether_it_was_right(member: Client, answer: Prediction) -> None:
    page = member.get(reverse("pages:result", args=[answer.image_id])).content.decode()
    assert "Was this right?" in page
    assert re.findall(r'data-key="(\d)"', page) == ["1", "2", "3"]
    assert '<option value="house">' in page
    assert "Was this right?" in member.get(reverse("pages:answer", args=[answer.image_id])).content.decode()


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_nothing_is_asked_before_there_is_an_answer(member: Client, owner: User, status: str) -> None:
    prediction = make_prediction(owner, status=status)
    assert "Was this right?" not in member.get(reverse("pages:result", args=[prediction.image_id])).content.decode()


@pytest.mark.parametrize("headers", [None, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("fields", "verdict", "words"),
    [
        ({"label": "cat"}, "confirmed", "You said: right, cat."),
        ({"label": "dog"}, "corrected", "You said: dog."),
        ({"label": " House "}, "corrected", "You said: house."),
        ({"unusable": "1", "reason": "It is offensive"}, "unusable", "You reported this picture."),
    ],
)
def test_a_word_is_given_and_taken_back(
    member: Client, answer: Prediction, headers: dict[str, str] | None, fields: dict[str, str], verdict: str, words: str
) -> None:
    page = say(member, answer, headers, **fields)
    assert words in page
    assert ("<html" in page) == (headers is None)
    assert Review.objects.get().verdict == verdict
    undo = reverse("pages:image-review-undo", args=[answer.image_id])
    page = member.post(undo, {"classifier": "doodle"}, follow=True, headers=headers).content.decode()
    assert "Was this right?" in page
    assert Sample.objects.get().word == ""


def test_a_picture_that_has_not_come_yet_cannot_be_judged(member: Client, owner: User) -> None:
    waiting = make_prediction(image=make_image(owner, width=0, height=0))
    path = reverse("pages:image-review", args=[waiting.image_id])
    assert member.post(path, {"classifier": "doodle", "unusable": "1"}).status_code == 404


@pytest.mark.parametrize("headers", [None, HTMX], ids=["plain", "htmx"])
def test_a_label_that_is_none_gets_a_sentence(member: Client, answer: Prediction, headers: dict[str, str] | None) -> None:
    page = say(member, answer, headers, label="unicorn")
    assert "no label &#x27;unicorn&#x27;" in page
    assert "Was this right?" in page
    assert not Review.objects.exists()


def test_somebody_without_an_account_has_a_word_too_and_keeps_it(visitor: Client) -> None:
    visitor.post("/", {"strokes": json.dumps(HOUSE)})
    image = Image.objects.get()
    image.predictions.all().delete()
    answer = make_answer(image=image)
    assert "You said: dog." in say(visitor, answer, label="dog")
    assert "You said: dog" in visitor.get("/history/").content.decode()
    fields = {"username": "ada", "email": "ada@example.com", "password1": "a long enough secret"}
    visitor.post(reverse("account_signup"), fields)
    assert "You said: dog" in visitor.get("/history/?corrected=true").content.decode()
    assert Review.objects.get().by == User.objects.get(username="ada")


def test_nobody_judges_a_strangers_picture(visitor: Client, answer: Prediction, stranger: User) -> None:
    other = Client()
    other.force_login(stranger)
    for client in (visitor, other):
        for name in ("image-review", "image-review-undo"):
            path = reverse(f"pages:{name}", args=[answer.image_id])
            assert client.post(path, {"classifier": "doodle", "label": "dog"}).status_code == 404
    assert not Review.objects.exists()


def test_the_history_shows_words_and_only_those_corrected(member: Client, owner: User, rita: User, answer: Prediction) -> None:
    right, decided = make_answer(owner), make_answer(owner)
    say(member, answer, label="dog")
    say(member, right, label="cat")
    say(member, decided, label="cat")
    review_image(by=rita, image=decided.image, classifier=decided.classifier, verdict="corrected", label="bird")
    Sample.objects.filter(image=decided.image).update(word="", word_label=None)
    page = member.get("/history/").content.decode()
    for words in ("You said: dog", "You said: right", "A reviewer says: bird"):
        assert page.count(words) == 1, words
    shown = member.get("/history/?corrected=true").content.decode()
    assert str(answer.image_id) in shown
    assert str(decided.image_id) in shown
    assert str(right.image_id) not in shown
    for _ in range(30):
        say(member, make_answer(owner), label="dog")
    older = re.search(r'href="(/history/\?after=[^"]+)"', member.get("/history/?corrected=true").content.decode())
    assert older
    assert str(answer.image_id) in member.get(older.group(1).replace("&amp;", "&")).content.decode()


def test_review_is_for_reviewers(member: Client, visitor: Client, reviewer: Client) -> None:
    sample = dispute()
    for client in (member, visitor):
        for path in ("/review/", page_of(sample)):
            refused = client.get(path)
            assert refused.status_code == 403
            assert "<h1" in refused.content.decode()
        assert client.post(page_of(sample), {"label": "dog"}).status_code == 403
        assert 'href="/review/"' not in client.get("/").content.decode()
    assert 'href="/review/"' in reviewer.get("/").content.decode()
    assert state_of(sample) == ("new", None)


def test_reviewers_see_the_pictures_to_be_judged_and_no_others(reviewer: Client, answer: Prediction) -> None:
    sample = dispute()
    assert reviewer.get("/review/").status_code == 200
    for name in ("image-file", "image-seen"):
        assert reviewer.get(reverse(f"pages:{name}", args=[sample.image_id])).status_code == 200
        assert reviewer.get(reverse(f"pages:{name}", args=[answer.image_id])).status_code == 404
    assert reviewer.get(reverse("pages:result", args=[sample.image_id])).status_code == 404


def test_the_queue_is_filtered_and_costs_the_same_for_3_and_for_23(
    reviewer: Client, rita: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    dog, bird, done = dispute("dog"), dispute("bird"), dispute("house")
    decide(reviewer, done, label="house")

    def shown(query: str = "") -> set[Sample]:
        page = reviewer.get(f"/review/{query}").content.decode()
        return {sample for sample in (dog, bird, done) if str(sample.pk) in page}

    assert shown() == shown("?classifier=doodle") == shown("?state=nonsense&page=zzz") == {dog, bird}
    assert shown("?label=bird") == {bird}
    assert shown("?state=accepted") == {done}
    assert shown("?state=all") == {dog, bird, done}
    assert shown("?classifier=photo") == shown("?label=%00x") == set()
    for _ in range(2):
        with django_assert_num_queries(7):  # the session, the account, its groups, the count, the rows, answers, classifiers
            reviewer.get("/review/")
        for _ in range(20):
            dispute()


def test_judging_leads_from_one_to_the_next_and_back_by_undo(reviewer: Client, rita: User) -> None:
    last, middle, first = dispute("dog"), dispute("dog"), dispute("dog")
    after_first = decide(reviewer, first, label="dog")
    assert after_first.startswith(page_of(middle))
    after_middle = decide(reviewer, middle, label="bird")
    assert after_middle.startswith(page_of(last))
    assert (state_of(first), state_of(middle)) == (("accepted", "dog"), ("corrected", "bird"))
    page = reviewer.get(after_middle).content.decode()
    assert "You said: bird." in page
    review = Review.objects.get(sample=middle, decides=True)
    back = reviewer.post(reverse("pages:review-sample-undo", args=[middle.pk]), {"review": str(review.pk)})
    assert back["Location"].startswith(page_of(middle))
    assert state_of(middle) == ("new", None)
    assert decide(reviewer, last, unusable="1").startswith("/review/?")
    assert state_of(last) == ("excluded", None)


def test_filters_stay_while_judging(reviewer: Client) -> None:
    dispute("dog")
    bird, second = dispute("bird"), dispute("bird")
    leads_to = decide(reviewer, second, "?label=bird", label="bird")
    assert leads_to.startswith(page_of(bird))
    assert "label=bird" in leads_to
    assert decide(reviewer, bird, "?label=bird", label="bird").startswith("/review/?")


def test_who_comes_second_is_told_and_decides_again(reviewer: Client) -> None:
    sample = dispute("dog")
    faster = make_reviewer("faster")
    review_image(by=faster, image=sample.image, classifier=sample.classifier, verdict="corrected", label="bird")
    refused = reviewer.post(page_of(sample), {"seen": sample.seen, "label": "dog"})
    assert refused.status_code == 409
    assert "it is now corrected, bird" in refused.content.decode()
    assert state_of(sample) == ("corrected", "bird")


def test_odd_forms_get_a_sentence_or_a_404(reviewer: Client) -> None:
    sample = dispute()
    for fields in ({}, {"label": "unicorn"}, {"unusable": "1", "reason": "x" * 501}):
        assert reviewer.post(page_of(sample), fields).status_code == 400
    undo = reverse("pages:review-sample-undo", args=[sample.pk])
    for review in ("", "x", "0" * 32):
        assert reviewer.post(undo, {"review": review}).status_code == 404
    assert reviewer.get(page_of(sample, "?last=x")).status_code == 200
    assert state_of(sample) == ("new", None)


def test_what_was_said_is_escaped(reviewer: Client) -> None:
    answer = make_answer(label="<b>x")
    review_image(
        by=answer.image.owner or make_reviewer(),
        image=answer.image,
        classifier=answer.classifier,
        verdict="unusable",
        reason="<i>y",
    )
    page = reviewer.get(page_of(Sample.objects.get())).content.decode()
    assert "&lt;b&gt;x" in page
    assert "&lt;i&gt;y" in page
    assert "<b>x" not in page
    assert "<i>y" not in page
