"""The queue by its order, and verdicts on many at once, for programs."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from classifier.actions.review_image import review_image
from classifier.models import Review, Sample, User
from tests.conftest import signed_in
from tests.factories import make_answer, make_reviewer, make_sample

pytestmark = pytest.mark.django_db
QUEUE, BATCH = "/api/v1/review/queue/", "/api/v1/review/batch/"
NO_TIME = base64.urlsafe_b64encode(b'[false,1,"0001-01-01T00:00:00+14:00","019a7b3c-5f10-7a42-9c1d-2b6f0e8d4a11"]').decode()


@pytest.fixture
def rita(db: None) -> User:
    return make_reviewer("rita")


@pytest.fixture
def reviewer(rita: User) -> APIClient:
    return signed_in(rita)


def chosen(samples: list[Sample], **more: Any) -> dict[str, Any]:
    return {"samples": [{"id": str(sample.pk), "seen": sample.seen} for sample in samples], **more}


def test_the_queue_says_what_is_doubted_and_why(reviewer: APIClient) -> None:
    make_sample("cat", "dog", suspicion=0.75)
    (row,) = reviewer.get(QUEUE).json()["results"]
    assert (row["reason"], row["suspicion"], row["suggestion"]) == ("suspected", 0.75, "dog")
    assert row["doubt"] == "labelled cat; the model says dog 0.93, cat 0.01"


def test_pages_go_forth_and_back_while_samples_leave(reviewer: APIClient) -> None:
    samples = [make_sample("cat", "dog", suspicion=0.9 - place / 100) for place in range(5)]
    same = [make_sample("cat", "dog", suspicion=0.6) for _ in range(2)]
    expected = [str(sample.pk) for sample in (*samples, *reversed(same))]
    first = reviewer.get(f"{QUEUE}?page_size=3&classifier=doodle").json()
    assert [row["id"] for row in first["results"]] == expected[:3]
    assert first["previous"] is None
    reviewer.post(BATCH, chosen(samples[1:3], verdict="confirmed"))
    second = reviewer.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == expected[3:6]
    third = reviewer.get(second["next"]).json()
    assert ([row["id"] for row in third["results"]], third["next"]) == (expected[6:], None)
    back = reviewer.get(third["previous"]).json()
    assert [row["id"] for row in back["results"]] == expected[3:6]
    start = reviewer.get(back["previous"]).json()
    assert ([row["id"] for row in start["results"]], start["previous"]) == (expected[:1], None)
    assert [row["id"] for row in reviewer.get(start["next"]).json()["results"]] == expected[3:6]


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=W10=", "cursor=WzEsMiwzLDRd", f"cursor={NO_TIME}", "page_size=0", "state=odd", "version=x", "reason=x"],
)
def test_odd_queries_get_a_400(reviewer: APIClient, query: str) -> None:
    assert reviewer.get(f"{QUEUE}?{query}").status_code == 400


def test_filters(reviewer: APIClient) -> None:
    cat, bird = make_sample("cat", "dog"), make_sample("bird", "cat")
    certain, word = make_sample("house"), make_answer()
    assert word.image.owner
    review_image(by=word.image.owner, image=word.image, classifier=word.classifier, verdict="unusable")

    def found(query: str) -> set[str]:
        return {row["image"]["id"] for row in reviewer.get(f"{QUEUE}?{query}").json()["results"]}

    assert found("suggested=cat") == found("label=bird") == {str(bird.image_id)}
    assert found("source=import") == found("reason=suspected") == {str(cat.image_id), str(bird.image_id)}
    assert found("predicted=cat") == found("reason=reported") == found("state=new") == {str(word.image_id)}
    assert found("state=accepted&label=house") == {str(certain.image_id)}
    assert len(found("state=all")) == 4
    assert found(f"version={uuid.uuid4()}") == set()


def test_many_are_judged_each_with_its_label_and_stale_ones_are_named(reviewer: APIClient) -> None:
    one, other, stale = (make_sample("cat", "dog") for _ in range(3))
    before = chosen([one, other, stale], verdict="corrected", label="dog", reason="ears")
    before["samples"][1]["label"] = "cat"
    review_image(by=make_reviewer(), image=stale.image, classifier=stale.classifier, verdict="confirmed")
    answer = reviewer.post(BATCH, before)
    assert answer.status_code == 201
    body = answer.json()
    assert [(row["label"], row["reason"], row["by"]) for row in body["reviews"]] == [
        ("dog", "ears", "rita"),
        ("cat", "ears", "rita"),
    ]
    assert [(row["id"], row["state"]) for row in body["stale"]] == [(str(stale.pk), "accepted")]
    undo = f"{BATCH}{body['together']}/undo/"
    assert [row["undoes"] for row in reviewer.post(undo).json()["reviews"]] == [row["id"] for row in body["reviews"]]
    assert Sample.objects.get(pk=one.pk).decision == one.decision
    assert reviewer.post(undo).json()["error"]["code"] == "cannot_undo"
    assert reviewer.post(f"{BATCH}{uuid.uuid4()}/undo/").status_code == 404


def test_what_cannot_be_is_refused_whole_and_what_one_sample_cannot_be_alone(reviewer: APIClient, owner: User) -> None:
    sample = make_sample("cat")
    for wrong in ({"verdict": "odd"}, {"verdict": "corrected", "samples": []}, {}):
        assert reviewer.post(BATCH, {**chosen([sample]), **wrong}).status_code == 400
    too_many = {"verdict": "confirmed", "samples": [{"id": str(uuid.uuid4())}] * 201}
    assert reviewer.post(BATCH, too_many).status_code == 400
    body = reviewer.post(BATCH, chosen([sample], verdict="corrected", label="unicorn")).json()
    assert "no label 'unicorn'" in body["refused"][0]["message"]
    assert body["reviews"] == []
    assert reviewer.post(BATCH, {"verdict": "confirmed", "samples": [{"id": str(uuid.uuid4())}]}).status_code == 400
    assert signed_in(owner).post(BATCH, chosen([sample], verdict="confirmed")).status_code == 403
    assert not Review.objects.exists()


def test_each_sample_is_judged_once_however_often_it_is_named(reviewer: APIClient) -> None:
    sample = make_sample("cat")
    body = reviewer.post(BATCH, chosen([sample, sample], verdict="confirmed")).json()
    assert len(body["reviews"]) == Review.objects.count() == 1
