from __future__ import annotations

import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.models import Prediction, Review, Sample, User
from tests.conftest import signed_in
from tests.factories import make_answer, make_labels, make_reviewer

pytestmark = pytest.mark.django_db
QUEUE, PREDICTIONS = "/api/v1/review/queue/", "/api/v1/predictions/"


@pytest.fixture
def answer(owner: User) -> Prediction:
    """Cat, 0.8, says the network."""
    return make_answer(owner)


@pytest.fixture
def reviewer(db: None) -> APIClient:
    return signed_in(make_reviewer("rita"))


def of(answer: Prediction) -> str:
    return f"/api/v1/images/{answer.image_id}/reviews/"


def verdict(verdict: str = "corrected", label: str | None = "dog", **more: Any) -> dict[str, Any]:
    return {"classifier": "doodle", "verdict": verdict, **({"label": label} if label else {}), **more}


def test_a_correction_is_appended_and_shown_with_the_prediction(api: APIClient, answer: Prediction) -> None:
    here = f"{PREDICTIONS}{answer.pk}/"
    assert api.get(here).json()["corrected_label"] is None
    said = api.post(of(answer), verdict(reason="look at the ears"))
    assert said.status_code == 201
    body = said.json()
    assert {name: body[name] for name in ("image", "classifier", "verdict", "label", "reason", "role", "by")} == {
        "image": str(answer.image_id), "classifier": "doodle", "verdict": "corrected", "label": "dog",
        "reason": "look at the ears", "role": "owner", "by": "owner",
    }  # fmt: skip
    assert (body["old_state"], body["new_state"], body["undoes"], body["undone"]) == ("new", "new", None, False)
    shown = api.get(here).json()
    assert (shown["corrected_label"], shown["guesses"][0]["label"]) == ("dog", "cat")


def test_a_reviewers_correction_is_shown_too_and_the_owners_word_before_it(
    api: APIClient, reviewer: APIClient, answer: Prediction
) -> None:
    here = f"{PREDICTIONS}{answer.pk}/"
    api.post(of(answer), verdict("confirmed", None))
    assert api.get(here).json()["corrected_label"] is None
    reviewer.post(of(answer), verdict(label="bird"))
    assert api.get(here).json()["corrected_label"] == "bird"
    api.post(of(answer), verdict(label="dog"))
    assert api.get(here).json()["corrected_label"] == "dog"


def test_what_was_said_is_listed_newest_first_with_constant_queries(
    api: APIClient, answer: Prediction, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.post(of(answer), verdict(label="dog"))
    with django_assert_num_queries(2):  # the image, the rows
        assert len(api.get(of(answer)).json()["results"]) == 1
    for label in ("bird", "house", "dog"):
        api.post(of(answer), verdict(label=label))
    with django_assert_num_queries(2):
        listed = api.get(of(answer)).json()
    assert [row["label"] for row in listed["results"]] == ["dog", "house", "bird", "dog"]
    assert set(listed) == {"next", "previous", "results"}


def test_a_stale_decision_is_a_409_that_shows_what_changed(api: APIClient, reviewer: APIClient, answer: Prediction) -> None:
    seen = api.post(of(answer), verdict(label="dog")).json()["seen"]
    assert reviewer.get(f"/api/v1/images/{answer.image_id}/").json()["samples"][0]["seen"] == seen
    signed_in(make_reviewer("faster")).post(of(answer), verdict(label="bird", seen=seen))
    refused = reviewer.post(of(answer), verdict("confirmed", None, seen=seen))
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["code"] == "stale_review"
    now = error["fields"]
    assert (now["state"], now["label"], now["last"]) == ("corrected", "bird", {"verdict": "corrected", "label": "bird"})
    assert reviewer.post(of(answer), verdict("confirmed", None, seen=now["seen"])).status_code == 201


def test_undo_is_one_more_event(api: APIClient, answer: Prediction) -> None:
    said = api.post(of(answer), verdict()).json()
    undo = f"/api/v1/reviews/{said['id']}/undo/"
    taken = api.post(undo)
    assert taken.status_code == 201
    assert (taken.json()["verdict"], taken.json()["undoes"], taken.json()["label"]) == ("undone", said["id"], None)
    assert api.get(f"{PREDICTIONS}{answer.pk}/").json()["corrected_label"] is None
    assert [row["undone"] for row in api.get(of(answer)).json()["results"]] == [False, True]
    again = api.post(undo)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "cannot_undo")


def test_a_stranger_finds_nothing_and_others_may_not_undo(api: APIClient, answer: Prediction, stranger: User) -> None:
    said = api.post(of(answer), verdict()).json()
    undo = f"/api/v1/reviews/{said['id']}/undo/"
    theirs = signed_in(stranger)
    for found in (theirs.get(of(answer)), theirs.post(of(answer), verdict()), theirs.post(undo)):
        assert (found.status_code, found.json()["error"]["code"]) == (404, "not_found")
    assert signed_in(make_reviewer()).post(undo).status_code == 403
    assert Review.objects.count() == 1


def test_names_are_for_reviewers_and_for_oneself(api: APIClient, reviewer: APIClient, answer: Prediction) -> None:
    api.post(of(answer), verdict())
    reviewer.post(of(answer), verdict("confirmed", None))
    assert [(row["role"], row["by"]) for row in api.get(of(answer)).json()["results"]] == [("reviewer", None), ("owner", "owner")]
    assert [row["by"] for row in reviewer.get(of(answer)).json()["results"]] == ["rita", "owner"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"verdict": "unusable"}, "classifier"),
    ({"classifier": "doodle"}, "verdict"),
    (verdict(label=None), "label"),
    (verdict(label="unicorn"), "label"),
    (verdict(label="x" * 101), "label"),
    (verdict("unusable", "dog"), "label"),
    (verdict("confirmed", "dog"), "label"),
    (verdict("undone", None), "verdict"),
    (verdict(classifier="no-such"), "classifier"),
    (verdict(reason="x" * 501), "reason"),
    (verdict(seen="x" * 201), "seen"),
]


@pytest.mark.parametrize(("body", "field"), BAD, ids=range(len(BAD)))
def test_a_bad_verdict_is_a_400_that_names_the_field(
    api: APIClient, answer: Prediction, body: dict[str, Any], field: str
) -> None:
    refused = api.post(of(answer), body)
    assert refused.status_code == 400
    assert list(refused.json()["error"]["fields"]) == [field]
    assert refused.json()["error"]["message"].endswith(".")
    assert not Sample.objects.exists()


def test_predictions_are_filtered_by_whether_they_were_corrected(api: APIClient, owner: User, answer: Prediction) -> None:
    right, silent = make_answer(owner), make_answer(owner)
    api.post(of(answer), verdict())
    api.post(of(right), verdict("confirmed", None))

    def found(query: str) -> set[str]:
        return {row["id"] for row in api.get(f"{PREDICTIONS}?{query}").json()["results"]}

    assert found("corrected=true") == {str(answer.pk)}
    assert found("corrected=false") == {str(right.pk), str(silent.pk)}
    assert api.get(f"{PREDICTIONS}?corrected=maybe").status_code == 400


def test_a_token_needs_the_scope_and_everybody_has_it(anonymous: APIClient, owner: User, answer: Prediction) -> None:
    _, reading = issue_token(by=owner, name="reader", scopes=["read", "predict"])
    _, judging = issue_token(by=owner, name="judge")
    for secret, status in ((reading, 403), (judging, 201)):
        headers: Any = {"Authorization": f"Bearer {secret}"}
        assert anonymous.post(of(answer), verdict(), headers=headers).status_code == status
        assert anonymous.get(of(answer), headers=headers).status_code == 200


def test_the_queue_is_for_reviewers(api: APIClient, reviewer: APIClient, answer: Prediction, owner: User) -> None:
    right = make_answer(owner)
    api.post(of(answer), verdict())
    api.post(of(right), verdict("confirmed", None))
    refused = api.get(QUEUE)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "reviewers_only")

    def found(query: str = "") -> list[str]:
        return [row["image"]["id"] for row in reviewer.get(f"{QUEUE}?{query}").json()["results"]]

    assert found() == [str(answer.image_id), str(right.image_id)]
    assert found("disputed=true") == found("label=dog") == [str(answer.image_id)]
    assert found("disputed=false") == [str(right.image_id)]
    assert found("classifier=photo") == found("state=accepted") == []
    row = reviewer.get(f"{QUEUE}?label=dog").json()["results"][0]
    assert (row["state"], row["label"], row["word"]) == ("new", None, {"verdict": "corrected", "label": "dog"})
    assert reviewer.get(row["image"]["url"]).status_code == 200
    reviewer.post(of(answer), verdict("confirmed", None, seen=row["seen"]))
    assert found() == [str(right.image_id)]
    assert found("state=accepted") == [str(answer.image_id)]


def test_the_queue_costs_the_same_for_one_and_for_ten(
    reviewer: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for expected in (1, 10):
        for answer in [make_answer() for _ in range(expected)]:
            assert answer.image.owner
            signed_in(answer.image.owner).post(of(answer), verdict())
        client = signed_in(User.objects.get(username="rita"))
        with django_assert_num_queries(2):  # the groups, the rows
            assert len(client.get(QUEUE).json()["results"]) >= expected


def test_classifiers_and_their_labels(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_labels("cat", "caterpillar", "dog")
    with django_assert_num_queries(1):
        assert [row["slug"] for row in api.get("/api/v1/classifiers/").json()["results"]] == ["doodle"]
    with django_assert_num_queries(3):
        assert api.get("/api/v1/classifiers/doodle/").json()["labels"] == ["cat", "caterpillar", "dog"]
    found = api.get("/api/v1/classifiers/doodle/labels/?q=CAT").json()["results"]
    assert found == [{"position": 0, "name": "cat"}, {"position": 1, "name": "caterpillar"}]
    first = api.get("/api/v1/classifiers/doodle/labels/?page_size=2").json()
    assert [row["name"] for row in api.get(first["next"]).json()["results"]] == ["dog"]
    for path in ("no-such/", "no-such/labels/", f"{uuid.uuid4()}/"):
        assert api.get(f"/api/v1/classifiers/{path}").status_code == 404
    assert api.get("/api/v1/classifiers/doodle/labels/?q=%00").status_code == 400
