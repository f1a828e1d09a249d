"""A call that is sent again because its answer was lost takes effect once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from classifier.models import ApiToken, Classifier, KeyedCall, Prediction, Review, User
from tests.conftest import signed_in
from tests.factories import HOUSE, PASSWORD, make_answer, make_prediction, picture

pytestmark = pytest.mark.django_db
BATCH, USERS, TOKENS = "/api/v1/predictions/batch/", "/api/v1/users/", "/api/v1/tokens/"
KEY = {"Idempotency-Key": "a key of mine"}
TWO: Any = {"items": [{"strokes": HOUSE}, {"strokes": []}]}
ADA = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _site(doodle: Classifier) -> None:
    """All ask the same classifier."""


def test_a_batch_sent_again_is_answered_as_before(api: APIClient) -> None:
    first, again = api.post(BATCH, TWO, headers=KEY), api.post(BATCH, TWO, headers=KEY)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert (again["Idempotency-Replayed"], again["Retry-After"]) == ("true", "1")
    assert "Idempotency-Replayed" not in first
    assert Prediction.objects.count() == 1


def test_the_same_files_are_the_same_request_whatever_separates_them(api: APIClient) -> None:
    for boundary in ("one", "two"):
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'.encode() + picture()
        body += f"\r\n--{boundary}--\r\n".encode()
        answer = api.post(BATCH, body, content_type=f"multipart/form-data; boundary={boundary}", headers=KEY)
        assert answer.status_code == 202
    assert Prediction.objects.count() == 1
    other = SimpleUploadedFile("a.png", picture(300), "image/png")
    assert api.post(BATCH, {"image": other}, format="multipart", headers=KEY).status_code == 409


def test_a_key_stands_for_one_request_of_one_person(api: APIClient, stranger: User) -> None:
    api.post(BATCH, TWO, headers=KEY)
    for path, body in ((BATCH, {"items": [{"strokes": HOUSE}]}), (TOKENS, {"name": "x"})):
        answer = api.post(path, body, headers=KEY)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert signed_in(stranger).post(BATCH, TWO, headers=KEY).status_code == 202
    assert Prediction.objects.count() == 2


def test_what_was_refused_may_be_sent_right_with_the_same_key(api: APIClient) -> None:
    assert api.post(BATCH, {"items": []}, headers=KEY).status_code == 400
    assert api.post(BATCH, TWO, headers=KEY).status_code == 202


def test_a_call_that_broke_off_is_not_made_again(api: APIClient) -> None:
    api.post(BATCH, TWO, headers=KEY)
    KeyedCall.objects.update(status=None)
    answer = api.post(BATCH, TWO, headers=KEY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    assert answer["Retry-After"] == "1"
    assert Prediction.objects.count() == 1


def test_a_key_is_forgotten_after_a_day(api: APIClient) -> None:
    api.post(BATCH, TWO, headers=KEY)
    KeyedCall.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "Idempotency-Replayed" not in api.post(BATCH, TWO, headers=KEY)
    assert Prediction.objects.count() == 2


def test_a_secret_is_kept_nowhere(api: APIClient) -> None:
    secret = api.post(TOKENS, {"name": "mine"}, headers=KEY).json()["token"]
    again = api.post(TOKENS, {"name": "mine"}, headers=KEY)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "secret_shown_once")
    assert ApiToken.objects.count() == 1
    assert secret not in str(list(KeyedCall.objects.values()))


def test_an_account_is_made_once(anonymous: APIClient) -> None:
    first, again = anonymous.post(USERS, ADA, headers=KEY), anonymous.post(USERS, ADA, headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert anonymous.post(USERS, {**ADA, "password": "another long secret"}, headers=KEY).status_code == 409
    assert User.objects.filter(username="ada").count() == 1


def test_verdicts_and_retries_take_effect_once(api: APIClient, owner: User) -> None:
    answer, failed = make_answer(owner), make_prediction(owner, status="failed")
    said = f"/api/v1/images/{answer.image_id}/reviews/"
    first = api.post(said, {"classifier": "doodle", "verdict": "confirmed"}, headers=KEY).json()
    api.post(f"/api/v1/reviews/{first['id']}/undo/", headers={"Idempotency-Key": "undo"})
    assert api.post(said, {"classifier": "doodle", "verdict": "confirmed"}, headers=KEY).json() == first
    assert api.post(f"/api/v1/reviews/{first['id']}/undo/", headers={"Idempotency-Key": "undo"}).status_code == 201
    assert Review.objects.count() == 2
    retries = [api.post(f"/api/v1/predictions/{failed.pk}/retry/", headers={"Idempotency-Key": "r"}).json() for _ in range(2)]
    assert retries[0]["id"] == retries[1]["id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "ü", "a\tb"])
def test_a_key_that_cannot_be_says_why(api: APIClient, key: str) -> None:
    answer = api.post(BATCH, TWO, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error"]["fields"]
