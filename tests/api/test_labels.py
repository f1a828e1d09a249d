"""Changing the labels of a classifier over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.models import Classifier, User
from tests.conftest import signed_in
from tests.factories import HOUSE, make_answer, make_user
from tests.measured import make_maintainer, make_whole_version
from tests.training import fill, make_own_classifier

pytestmark = pytest.mark.django_db
HERE = "/api/v1/classifiers/shapes/"
LABELS, CHANGES = f"{HERE}labels/", f"{HERE}label-changes/"
AWKWARD = ["ice cream", "black/white", "50% off? #1", "猫", "a+b&c", "/", "naïve; 'quoted' \"too\""]


@pytest.fixture
def shapes(owner: User) -> Classifier:
    return make_own_classifier(owner)


def at(name: str) -> str:
    return f"{LABELS}{quote(name, safe='')}/"


def names(api: APIClient) -> list[str]:
    found: list[str] = api.get(HERE).json()["labels"]
    return found


def error_of(answer: Any) -> tuple[int, str, list[str]]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], list(error["fields"])


def test_a_label_is_added_renamed_and_merged_by_whoever_made_the_classifier(api: APIClient, shapes: Classifier) -> None:
    fill(shapes, each=2)
    added = api.post(LABELS, {"name": "star"})
    assert (added.status_code, added.json()) == (201, {"position": 3, "name": "star"})
    renamed = api.patch(at("circle"), {"name": "ring"})
    assert (renamed.status_code, renamed.json()) == (200, {"position": 0, "name": "ring"})
    merged = api.post(f"{at('line')}merge/", {"into": "ring"})
    assert merged.status_code == 200
    assert {key: merged.json()[key] for key in ("kind", "old", "new", "samples", "by")} == {
        "kind": "merged", "old": "line", "new": "ring", "samples": 2, "by": "owner",
    }  # fmt: skip
    assert names(api) == ["ring", "square", "star"]
    assert [row["name"] for row in api.get(f"{LABELS}?q=r").json()["results"]] == ["ring", "square", "star"]
    assert api.get(f"{LABELS}?q=line").json()["results"] == []


@pytest.mark.parametrize("name", AWKWARD)
def test_a_label_is_found_in_the_address_whatever_it_is_called(api: APIClient, shapes: Classifier, name: str) -> None:
    assert api.post(LABELS, {"name": name}).status_code == 201
    assert api.patch(at(name), {"name": f"{name}!"}).json()["name"] == f"{name}!"
    assert api.patch(at(f"{name}!"), {"name": name}).json()["name"] == name
    merged = api.post(f"{at(name)}merge/", {"into": "line"})
    assert (merged.status_code, merged.json()["old"]) == (200, name)


def test_a_change_that_cannot_be_is_refused_at_its_field(api: APIClient, shapes: Classifier) -> None:
    assert error_of(api.post(LABELS, {"name": "Circle"})) == (400, "bad_label", ["name"])
    assert error_of(api.post(LABELS, {})) == (400, "invalid", ["name"])
    assert error_of(api.post(LABELS, {"name": 7})) == (400, "invalid", ["name"])
    assert error_of(api.patch(at("circle"), {"name": "line"})) == (400, "bad_label", ["name"])
    assert error_of(api.post(f"{at('circle')}merge/", {"into": "cow"})) == (400, "bad_label", ["into"])
    for missing in ("cow", "\0"):
        assert error_of(api.patch(at(missing), {"name": "ox"})) == (404, "not_found", [])
    assert error_of(api.post(f"{at('cow')}merge/", {"into": "line"})) == (404, "not_found", [])
    assert names(api) == ["circle", "line", "square"]


def test_a_call_that_is_sent_again_takes_effect_once(api: APIClient, shapes: Classifier) -> None:
    for _ in range(2):
        again = api.post(f"{at('circle')}merge/", {"into": "line"}, headers={"Idempotency-Key": "once"})
        assert (again.status_code, again.json()["kind"]) == (200, "merged")
    assert len(api.get(CHANGES).json()["results"]) == 1


def test_a_picture_of_a_former_label_is_refused_with_the_new_name(api: APIClient, shapes: Classifier) -> None:
    api.patch(at("circle"), {"name": "ring"})
    refused = api.post(f"{HERE}samples/", {"strokes": HOUSE, "label": "circle"})
    assert error_of(refused) == (400, "unknown_label", ["label"])
    assert "It is called 'ring' now." in refused.json()["error"]["message"]
    assert api.post(f"{HERE}samples/", {"strokes": HOUSE, "label": "ring"}).status_code == 201


def test_answers_of_before_are_found_by_the_new_name_and_by_the_old_one(api: APIClient, owner: User) -> None:
    answer = make_answer(owner, label="cat")
    assert signed_in(make_maintainer()).patch("/api/v1/classifiers/doodle/labels/cat/", {"name": "kitten"}).status_code == 200
    for name, expected in (("kitten", [str(answer.pk)]), ("cat", [str(answer.pk)]), ("dog", [])):
        assert [row["id"] for row in api.get(f"/api/v1/predictions/?label={name}").json()["results"]] == expected
    assert api.get(f"/api/v1/predictions/{answer.pk}/").json()["guesses"][0]["label"] == "cat"


def test_a_label_that_nothing_can_answer_yet_is_told(db: None) -> None:
    live, mary = make_whole_version(live=True), signed_in(make_maintainer("mary"))
    here = f"/api/v1/classifiers/{live.classifier}/"
    assert mary.get(here).json()["waiting_labels"] == []
    mary.post(f"{here}labels/", {"name": "tiger"})
    mary.patch(f"{here}labels/cat/", {"name": "kitten"})
    assert mary.get(here).json()["waiting_labels"] == ["tiger"]


def test_changes_are_listed_newest_first_with_constant_queries_and_names_for_those_who_make_them(
    api: APIClient, shapes: Classifier, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("star", "moon", "sun"):
        api.post(LABELS, {"name": name})
    with django_assert_num_queries(3):
        listed = api.get(CHANGES).json()["results"]
    assert [(row["kind"], row["old"], row["new"], row["by"]) for row in listed] == [
        ("added", "", name, "owner") for name in ("sun", "moon", "star")
    ]
    assert [row["by"] for row in signed_in(make_user()).get(CHANGES).json()["results"]] == [None] * 3
