"""Several opinions on one sample, as reviewers and maintainers meet them on pages and by API."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from classifier.actions.review_image import review_image
from classifier.models import Classifier, Review, Sample, User
from tests.conftest import signed_in
from tests.factories import make_reviewer, make_sample
from tests.pages.reading import at

pytestmark = pytest.mark.django_db
QUEUE, BATCH, CLASSIFIER = "/api/v1/review/queue/", "/api/v1/review/batch/", "/api/v1/classifiers/doodle/"


@pytest.fixture
def sample(db: None) -> Sample:
    """Labelled cat; the network says dog; two opinions decide."""
    made = make_sample("cat", "dog")
    Classifier.objects.update(opinions=2)
    return made


def api_of(user: User) -> APIClient:
    return signed_in(User.objects.get(pk=user.pk))


def say(by: User, sample: Sample, label: str) -> Review:
    classifier = Classifier.objects.get(pk=sample.classifier_id)
    return review_image(by=by, image=sample.image, classifier=classifier, verdict="corrected", label=label)


def test_a_maintainer_sets_it_on_the_page_and_others_do_not(maintainer: Client, reviewer: Client, doodle: Classifier) -> None:
    path = at("reviewing", "doodle")
    page = maintainer.post(path, {"opinions": "3", "known_share": "5"}, follow=True).content.decode()
    assert "3 reviewers give their opinions" in page
    assert "5 % of the pictures" in page
    for fields in ({"opinions": "6", "known_share": "5"}, {"opinions": "2", "known_share": "51"}, {"opinions": "x"}, {}):
        refused = maintainer.post(path, fields, follow=True).content.decode()
        assert "cannot." in refused or "whole numbers" in refused
    assert reviewer.post(path, {"opinions": "1", "known_share": "0"}).status_code == 403
    doodle.refresh_from_db()
    assert (doodle.opinions, doodle.known_share) == (3, 5)


def test_a_program_sets_one_and_leaves_the_other(mary: User, owner: User, doodle: Classifier) -> None:
    program = api_of(mary)
    body = program.patch(CLASSIFIER, {"opinions": 2}, format="json").json()
    assert (body["opinions"], body["known_share"]) == (2, 0)
    assert program.patch(CLASSIFIER, {"known_share": 10}, format="json").json()["opinions"] == 2
    for wrong in ({"opinions": 0}, {"opinions": 6}, {"known_share": -1}):
        error = program.patch(CLASSIFIER, wrong, format="json").json()["error"]
        assert (error["code"], set(error["fields"])) == ("bad_reviewing", set(wrong))
    assert program.patch(CLASSIFIER, {"opinions": "many"}, format="json").json()["error"]["code"] == "invalid"
    assert api_of(owner).patch(CLASSIFIER, {"opinions": 1}, format="json").status_code == 403


def test_two_reviewers_one_after_the_other(reviewer: Client, rita: User, sample: Sample) -> None:
    rob = make_reviewer("rob")
    browser = Client()
    browser.force_login(rob)
    page = f"/review/{sample.pk}/"
    assert "0 of 2 opinions" in reviewer.get(page).content.decode()
    leads_to = reviewer.post(page, {"label": "dog", "seen": sample.seen})["Location"]
    assert leads_to.startswith("/review/?")
    queue = reviewer.get(leads_to).content.decode()
    assert "That was the last one here." in queue
    assert "You said: dog." in queue
    shown = browser.get("/review/").content.decode() + browser.get("/review/grid/").content.decode()
    assert shown.count("1 of 2 opinions") == 2
    blind = browser.get(page).content.decode()
    assert "1 of 2 opinions" in blind
    assert "rita" not in blind
    assert "What was said of it" not in blind
    browser.post(page, {"label": "dog", "seen": sample.seen})  # as it was before rita
    assert Sample.objects.get().decision[:1] == ("corrected",)
    assert "rita" in browser.get(page).content.decode()


def test_an_opinion_is_taken_back_on_the_page_and_then_given_otherwise(reviewer: Client, rita: User, sample: Sample) -> None:
    page = f"/review/{sample.pk}/"
    reviewer.post(page, {"label": "dog", "seen": sample.seen})
    refused = reviewer.post(page, {"label": "cat", "seen": sample.seen})
    assert refused.status_code == 400
    assert "your opinion on this one already: dog" in refused.content.decode()
    reviewer.post(f"{page}undo/", {"review": str(Review.objects.get().pk)})
    assert reviewer.post(page, {"label": "cat", "seen": sample.seen}).status_code == 302


def test_a_tie_is_found_by_its_reason_and_shown_to_maintainers(rita: User, sample: Sample) -> None:
    say(rita, sample, "dog")
    say(make_reviewer(), sample, "cat")
    other, root = make_reviewer(), User.objects.create_superuser("root", "root@example.com", "a long enough secret")
    assert api_of(other).get(QUEUE).json()["results"] == []
    (row,) = api_of(root).get(f"{QUEUE}?reason=tied").json()["results"]
    assert (row["opinions"], row["opinions_needed"], row["reason"]) == (2, 2, "tied")
    browser = Client()
    browser.force_login(root)
    page = browser.get("/review/?reason=tied").content.decode()
    assert "2 of 2 opinions, and no majority" in page
    shown = browser.get(f"/review/{sample.pk}/").content.decode()
    assert "corrected by rita" in shown
    assert "Undo" not in shown
    browser.post(f"/review/{sample.pk}/", {"label": "dog", "seen": Sample.objects.get().seen})
    assert Sample.objects.get().judged


def test_programs_give_opinions_alone_and_many_at_once(rita: User, sample: Sample) -> None:
    ann, ben = api_of(rita), api_of(make_reviewer())
    (row,) = ann.get(QUEUE).json()["results"]
    assert (row["opinions"], row["opinions_needed"], row["probability"]) == (0, 2, 0.01)
    reviews = f"/api/v1/images/{sample.image_id}/reviews/"
    verdict = {"classifier": "doodle", "verdict": "corrected", "label": "dog", "seen": row["seen"]}
    said = ann.post(reviews, verdict).json()
    assert (said["one_of"], said["role"], said["new_state"]) == (2, "reviewer", "accepted")
    assert ann.post("/api/v1/review/next/").status_code == 204
    assert ben.get(reviews).json()["results"] == []
    given = ben.post("/api/v1/review/next/").json()
    body = ben.post(BATCH, {"samples": [{"id": given["id"], "seen": row["seen"]}], "verdict": "corrected", "label": "dog"}).json()
    assert [(one["one_of"], one["new_state"]) for one in body["reviews"]] == [(2, "corrected")]
    assert len(ben.get(reviews).json()["results"]) == 2
    third = api_of(make_reviewer()).post(reviews, {"classifier": "doodle", "verdict": "unusable"})
    assert third.status_code == 400
    assert "ask a maintainer" in third.json()["error"]["message"]
    assert ann.post(f"/api/v1/reviews/{said['id']}/undo/").json()["new_state"] == "accepted"


def test_opinions_are_in_the_exports_once_they_do_not_sway(rita: User, sample: Sample) -> None:
    other = make_reviewer()
    say(rita, sample, "dog")

    def exported(by: User, form: str) -> list[dict[str, object]]:
        answer = api_of(by).get(f"/api/v1/export/?classifier=doodle&format={form}")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        if form == "jsonl":
            return [review for line in content.splitlines() for review in json.loads(line)["reviews"]]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [json.loads(line) for line in archive.read("reviews.jsonl").splitlines()]

    for form in ("jsonl", "csv"):
        assert [row["one_of"] for row in exported(rita, form)] == [2]
        assert exported(other, form) == []
    say(other, sample, "dog")
    assert [(row["one_of"], row["label"]) for row in exported(make_reviewer(), "csv")] == [(2, "dog")] * 2


def test_the_probability_of_the_label_is_a_filter_of_pages_and_programs(reviewer: Client, rita: User, sample: Sample) -> None:
    likely = make_sample("cat", "dog")
    Sample.objects.filter(pk=likely.pk).update(suspected_probability=0.4)
    unscored = make_sample("cat", state="new")
    program = api_of(rita)

    def found(query: str) -> set[str]:
        by_api = {row["id"] for row in program.get(f"{QUEUE}?{query}").json()["results"]}
        page = reviewer.get(f"/review/?{query}").content.decode()
        assert {str(one.pk) for one in (sample, likely, unscored) if str(one.pk) in page} == by_api
        return by_api

    assert found("min_probability=0.1") == {str(likely.pk)}
    assert found("max_probability=0.1") == found("min_probability=0&max_probability=0.01") == {str(sample.pk)}
    assert found("min_probability=0") == {str(sample.pk), str(likely.pk)}
    assert found("min_probability=0.5") == set()
    for odd in ("min_probability=2", "max_probability=x", "min_probability=nan"):
        assert program.get(f"{QUEUE}?{odd}").status_code == 400
        assert reviewer.get(f"/review/?{odd}").status_code == 200


def test_nothing_follows_is_said_as_it_is(reviewer: Client, rita: User, db: None) -> None:
    first, second, third = (make_sample("cat", "dog", suspicion=suspicion) for suspicion in (0.9, 0.8, 0.7))
    other = Client()
    other.force_login(make_reviewer())

    def decide(sample: Sample) -> str:
        return reviewer.post(f"/review/{sample.pk}/", {"label": "cat", "seen": sample.seen}, follow=True).content.decode()

    other.get(f"/review/{third.pk}/")
    assert "The sample that follows is with other reviewers now." in decide(second)
    Sample.objects.update(held_by=None, held_until=None)
    assert "That was the last one. 1 sample before it is still here." in decide(third)
    assert "That was the last one here." in decide(first)


def test_the_pages_cost_the_same_however_many_have_opinions(reviewer: Client, rita: User, sample: Sample) -> None:
    def costs() -> list[int]:
        found = []
        for path in ("/review/", "/review/grid/", QUEUE):
            with CaptureQueriesContext(connection) as queries:
                assert reviewer.get(path).status_code == 200
            found.append(len(queries))
        return found

    other = make_reviewer()
    say(other, sample, "dog")
    before = costs()
    for _ in range(8):
        say(other, make_sample("cat", "dog"), "dog")
    assert costs() == before
