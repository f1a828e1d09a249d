from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.models import ModelVersion, User
from tests.conftest import signed_in
from tests.factories import make_sample
from tests.measured import make_maintainer, make_whole_version
from tests.shadowing import answered_now, make_shadow_answer

pytestmark = pytest.mark.django_db
VERSIONS = "/api/v1/model-versions/"


@pytest.fixture
def live(db: None) -> ModelVersion:
    return make_whole_version(live=True)


@pytest.fixture
def candidate(live: ModelVersion) -> ModelVersion:
    return make_whole_version(b"newer")


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def maintainer(mary: User) -> APIClient:
    return signed_in(mary)


def of(version: ModelVersion, verb: str = "shadow/") -> str:
    return f"{VERSIONS}{version.pk}/{verb}"


def test_a_candidate_is_asked_too_and_no_more(maintainer: APIClient, candidate: ModelVersion) -> None:
    begun = maintainer.post(of(candidate))
    assert (begun.status_code, begun.json()["asked"], begun.json()["speed"]) == (200, 0, None)
    assert begun.json()["shadows_since"]
    assert maintainer.post(of(candidate, "unshadow/")).json()["shadows_since"] is None


def test_where_it_differs_is_told_the_most_frequent_first(
    maintainer: APIClient, live: ModelVersion, candidate: ModelVersion
) -> None:
    for label, says in (("cat", "dog"), ("cat", "dog"), ("bird", "dog"), ("cat", "cat")):
        make_shadow_answer(answered_now(live, label=label), candidate, says, live_ms=4.0, shadow_ms=10.0)
    found = maintainer.get(of(candidate)).json()
    assert (found["asked"], found["differing"]) == (4, 3)
    assert found["pairs"] == [
        {"live": "cat", "shadow": "dog", "pictures": 2},
        {"live": "bird", "shadow": "dog", "pictures": 1},
    ]
    assert found["speed"] == {"live_ms": 4.0, "shadow_ms": 10.0, "times": 2.5}


def test_only_pictures_that_the_caller_may_see_are_shown(
    mary: User, maintainer: APIClient, live: ModelVersion, candidate: ModelVersion
) -> None:
    mine, theirs = answered_now(live, owner=mary), answered_now(live)
    for answered in (mine, theirs):
        make_shadow_answer(answered, candidate)
    found = maintainer.get(of(candidate)).json()
    assert (found["differing"], [one["image"]["id"] for one in found["pictures"]]) == (2, [str(mine.image_id)])
    assert (found["pictures"][0]["live"], found["pictures"][0]["shadow"]) == ("cat", "dog")
    administrator = signed_in(User.objects.create_superuser("root", "root@example.com", "a long enough secret"))
    make_sample(image=theirs.image)  # something to judge
    assert [one["image"]["id"] for one in administrator.get(of(candidate)).json()["pictures"]] == [str(theirs.image_id)]


def test_the_report_takes_as_many_queries_for_many(
    mary: User, maintainer: APIClient, live: ModelVersion, candidate: ModelVersion,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(9):
        make_shadow_answer(answered_now(live, owner=mary), candidate)
    with django_assert_num_queries(7):
        assert len(maintainer.get(of(candidate)).json()["pictures"]) == 9


def test_who_asked_sees_nothing_of_it(api: APIClient, owner: User, live: ModelVersion, candidate: ModelVersion) -> None:
    asked = answered_now(live, owner=owner)
    make_shadow_answer(asked, candidate, "aardvark")
    image = asked.image_id
    places = [f"predictions/{asked.pk}/", f"images/{image}/", f"images/{image}/reviews/", f"model-versions/{candidate.pk}/"]
    places += ["predictions/", "predictions/?format=jsonl", "model-versions/"]
    for place in places:
        assert "aardvark" not in answered_at(api, place), place
        assert "shadow" not in answered_at(api, place), place
    refused = api.get(of(candidate))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "maintainers_only")


def answered_at(api: APIClient, place: str) -> str:
    answer: Any = api.get(f"/api/v1/{place}")
    assert answer.status_code == 200, place
    return b"".join(answer.streaming_content).decode() if answer.streaming else json.dumps(answer.json())


def test_what_cannot_be_is_refused_in_a_sentence(maintainer: APIClient, live: ModelVersion, candidate: ModelVersion) -> None:
    refused = maintainer.post(of(live))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "cannot_shadow")
    assert "only a candidate answers unseen" in refused.json()["error"]["message"]
