"""What answers tell of the limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from django.http import HttpResponse
from pytest_django import Settings
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.models import Classifier, Prediction, User
from tests.clock import Clock
from tests.factories import HOUSE, make_predictions

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"
BATCH = f"{PREDICTIONS}batch/"


@pytest.fixture(autouse=True)
def _site(doodle: Classifier, clock: Clock) -> None:
    """All ask the same classifier, and time stands still."""


@pytest.fixture
def program(owner: User) -> APIClient:
    client = APIClient()
    _, secret = issue_token(by=owner, name="program")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def left(answer: HttpResponse) -> Mapping[str, int]:
    """How many remain, by the limit's name."""
    return {name: int(number) for name, number in re.findall(r'"(\w+)";r=(\d+)', answer["RateLimit"])}


def together(number: int) -> dict[str, object]:
    return {"items": [{"strokes": [[[0, 255], [0, place]]]} for place in range(1, number + 1)]}


def test_every_picture_taken_says_what_is_left(program: APIClient) -> None:
    first = program.post(PREDICTIONS, {"strokes": HOUSE})
    assert first["RateLimit-Policy"] == '"pictures";q=250;w=5, "token";q=200;w=4, "kept";q=20000'
    assert first["RateLimit"] == '"pictures";r=249;t=1, "token";r=199;t=1, "kept";r=19999'
    batch = program.post(BATCH, together(64))
    assert batch.status_code == 202
    assert left(batch) == {"pictures": 185, "token": 135, "kept": 19935}


def test_without_a_token_there_is_no_limit_of_a_token(api: APIClient) -> None:
    assert set(left(api.post(PREDICTIONS, {"strokes": HOUSE}))) == {"pictures", "kept"}


def test_only_answers_to_pictures_speak_of_the_limits(api: APIClient, anonymous: APIClient) -> None:
    assert "RateLimit" not in api.get(PREDICTIONS)
    assert "RateLimit" not in anonymous.post(PREDICTIONS, {"strokes": HOUSE})


def test_a_refused_picture_counts_as_none_and_says_what_is_left(api: APIClient) -> None:
    assert left(api.post(PREDICTIONS, {"strokes": []}))["pictures"] == 250


def test_a_batch_of_64_passes_at_the_lowest_rate_and_the_next_waits(program: APIClient, settings: Settings) -> None:
    settings.DOODLE_RATE = 1
    assert program.post(BATCH, together(64)).status_code == 202
    refused = program.post(BATCH, together(3))
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert refused["Retry-After"] == "3"
    assert refused.json()["error"]["message"].endswith("Send this again in 3 seconds.")
    assert left(refused) == {"pictures": 0, "token": 0, "kept": 19936}
    assert Prediction.objects.count() == 64


def test_a_full_account_is_told_so_without_a_time(api: APIClient, owner: User, settings: Settings) -> None:
    settings.DOODLE_QUOTA = 2
    make_predictions(2, owner)
    refused = api.post(PREDICTIONS, {"strokes": HOUSE})
    assert refused.status_code == 429
    assert left(refused)["kept"] == 0
    assert "Retry-After" not in refused


def test_answers_that_are_due_say_when_to_look_again(api: APIClient) -> None:
    assert api.post(PREDICTIONS, {"strokes": HOUSE})["Retry-After"] == api.post(BATCH, together(2))["Retry-After"] == "1"


def test_a_site_that_is_not_ready_says_when_to_look_again(anonymous: APIClient) -> None:
    answer = anonymous.get("/readyz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
