from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.models import Classifier, User
from tests.conftest import signed_in
from tests.factories import make_answer
from tests.measured import make_maintainer

pytestmark = pytest.mark.django_db
HERE = "/api/v1/classifiers/doodle/next-to-label/"


@pytest.fixture
def mary(doodle: Classifier) -> User:
    return make_maintainer("mary")


@pytest.fixture
def maintainer(mary: User) -> APIClient:
    return signed_in(mary)


def test_a_program_labels_what_teaches_most(maintainer: APIClient, mary: User) -> None:
    answer = make_answer(mary)
    (one,) = maintainer.get(HERE).json()["results"]
    assert (one["image"]["id"], one["guesses"][0]["label"], one["margin"]) == (str(answer.image_id), "cat", 0.7)
    verdict = {"classifier": "doodle", "verdict": "corrected", "label": "dog", "seen": one["seen"]}
    assert maintainer.post(f"/api/v1/images/{answer.image_id}/reviews/", verdict, format="json").status_code == 201
    assert maintainer.get(HERE).json()["results"] == []


def test_it_takes_as_many_queries_for_many(
    maintainer: APIClient, mary: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(9):
        make_answer(mary)
    with django_assert_num_queries(5):
        assert len(maintainer.get(HERE, {"count": 5}).json()["results"]) == 5


@pytest.mark.parametrize(("count", "code"), [("0", "bad_count"), ("101", "bad_count"), ("many", "invalid")])
def test_a_count_that_is_none_is_refused(maintainer: APIClient, count: str, code: str) -> None:
    refused = maintainer.get(HERE, {"count": count})
    assert (refused.status_code, refused.json()["error"]["code"], list(refused.json()["error"]["fields"])) == (
        400,
        code,
        ["count"],
    )


def test_others_are_sent_away(api: APIClient, doodle: Classifier) -> None:
    assert api.get(HERE).json()["error"]["code"] == "maintainers_only"
