from __future__ import annotations

import uuid

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.models import ModelVersion, User
from tests.conftest import signed_in
from tests.measured import LABELS, damage, make_candidate, make_maintainer, make_whole_version, measure

pytestmark = pytest.mark.django_db
VERSIONS = "/api/v1/model-versions/"


@pytest.fixture
def live(db: None) -> ModelVersion:
    """Came with the project."""
    return make_whole_version(live=True)


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def maintainer(mary: User) -> APIClient:
    return signed_in(mary)


def of(version: ModelVersion, more: str = "") -> str:
    return f"{VERSIONS}{version.pk}/{more}"


def test_versions_are_listed_newest_first_with_constant_queries(
    api: APIClient, live: ModelVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for seed in range(3):
        make_candidate(seed=seed)
    with django_assert_num_queries(1):
        listed = api.get(VERSIONS).json()["results"]
    assert [row["name"] for row in listed] == ["doodle 4", "doodle 3", "doodle 2", "doodle 1"]
    assert (listed[0]["stage"], listed[3]["stage"], listed[3]["training_run"]) == ("candidate", "live", None)
    assert listed[0]["training_run"]


def test_the_list_can_be_narrowed(api: APIClient, live: ModelVersion) -> None:
    candidate = make_candidate()
    assert [row["id"] for row in api.get(VERSIONS, {"stage": "candidate"}).json()["results"]] == [str(candidate.pk)]
    assert len(api.get(VERSIONS, {"classifier": "doodle"}).json()["results"]) == 2
    assert api.get(VERSIONS, {"classifier": "photo"}).json()["results"] == []
    assert api.get(VERSIONS, {"stage": "dead"}).status_code == 400


def test_a_version_shows_its_card(api: APIClient, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    shown = api.get(of(candidate)).json()
    assert shown["card"]["labels"] == list(LABELS)
    assert shown["card"]["metrics"]["test"]["accuracy"] == 0.9
    assert shown["promoted_at"] is None
    assert api.get(f"{VERSIONS}{uuid.uuid4()}/").status_code == 404


def test_it_is_compared_with_the_live_one_class_by_class(api: APIClient, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    waiting = api.get(of(candidate, "comparison/"))
    assert (waiting.status_code, waiting.json()["error"]["code"]) == (409, "not_measured")
    measure(live, candidate, 0.7)
    found = api.get(of(candidate, "comparison/")).json()
    assert (found["live"], found["passed"], found["verdict"], found["pictures"]) == (str(live.pk), True, "better", 400)
    assert found["difference"]["low"] > 0
    assert [row["label"] for row in found["classes"]] == list(LABELS)
    assert sum(row["difference"]["value"] for row in found["classes"]) / 4 == pytest.approx(0.2)
    assert api.get(of(live, "comparison/")).status_code == 404


def test_which_label_was_taken_for_which(api: APIClient, live: ModelVersion) -> None:
    assert api.get(of(live, "confusion/")).json()["error"]["code"] == "not_measured"
    candidate = make_candidate(0.9)
    found = api.get(of(candidate, "confusion/")).json()
    assert (found["labels"], found["pictures"]) == (list(LABELS), 400)
    assert sum(found["matrix"][place][place] for place in range(4)) == 360
    assert sum(found["matrix"][place][place - 3] for place in range(4)) == 40  # wrong answers name the class that comes next
    measure(live, candidate, 0.5)
    assert sum(map(sum, api.get(of(live, "confusion/")).json()["matrix"])) == 400


def test_a_maintainers_program_promotes_and_rolls_back(maintainer: APIClient, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    measure(live, candidate, 0.7)
    promoted = maintainer.post(of(candidate, "promote/"))
    assert (promoted.status_code, promoted.json()["id"], promoted.json()["stage"]) == (200, str(candidate.pk), "live")
    assert promoted.json()["promoted_at"]
    back = maintainer.post(of(candidate, "roll-back/"))
    assert (back.status_code, back.json()["id"], back.json()["stage"]) == (200, str(live.pk), "live")
    again = maintainer.post(of(candidate, "roll-back/"))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "cannot_roll_back")


def test_a_closed_gate_gives_the_figures_and_opens_with_a_note(maintainer: APIClient, live: ModelVersion) -> None:
    candidate = make_candidate(0.6)
    unmeasured = maintainer.post(of(candidate, "promote/"), {}).json()["error"]
    assert (unmeasured["code"], unmeasured["fields"]) == ("gate_closed", {})
    measure(live, candidate, 0.8)
    closed = maintainer.post(of(candidate, "promote/"), {"note": " "})
    assert closed.status_code == 409
    error = closed.json()["error"]
    assert (error["code"], error["fields"]["verdict"]) == ("gate_closed", "worse")
    assert error["fields"]["difference"]["high"] < 0
    assert maintainer.post(of(candidate, "promote/"), {"note": "It knows the new pens."}).status_code == 200


def test_what_cannot_go_live_is_refused_in_a_sentence(maintainer: APIClient, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    long = maintainer.post(of(candidate, "promote/"), {"note": "x" * 501})
    assert (long.status_code, list(long.json()["error"]["fields"])) == (400, ["note"])
    damage(candidate)
    damaged = maintainer.post(of(candidate, "promote/"), {"note": "All the same."})
    assert (damaged.status_code, damaged.json()["error"]["code"]) == (409, "damaged_version")
    assert maintainer.post(f"{VERSIONS}{uuid.uuid4()}/promote/").status_code == 404


@pytest.mark.parametrize("verb", ["promote/", "roll-back/"])
def test_only_maintainers_decide_and_only_with_the_scope(api: APIClient, mary: User, live: ModelVersion, verb: str) -> None:
    refused = api.post(of(live, verb), {"note": "Mine."})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "maintainers_only")
    secret = issue_token(by=mary, name="reads", scopes=["read"])[1]
    program = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert program.get(of(live)).status_code == 200
    assert program.post(of(live, verb)).status_code == 403
