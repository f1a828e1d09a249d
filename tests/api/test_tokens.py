from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.models import ApiToken, Classifier, User
from tests.factories import HOUSE, make_user

pytestmark = pytest.mark.django_db
TOKENS, USERS = "/api/v1/tokens/", "/api/v1/users/"
PASSWORD = "a long enough secret"


def basic(username: str, password: str) -> dict[str, Any]:
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def bearer(secret: str) -> dict[str, Any]:
    return {"Authorization": f"Bearer {secret}"}


def test_sign_up_get_a_token_use_it_revoke_it(anonymous: APIClient) -> None:
    person = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    signed_up = anonymous.post(USERS, person)
    assert signed_up.status_code == 201
    assert "password" not in signed_up.json()
    made = anonymous.post(TOKENS, {"name": "laptop"}, headers=basic("ada", PASSWORD))
    assert made.status_code == 201
    token = made.json()
    assert token["scopes"] == ["read", "predict", "review"]
    assert anonymous.get("/api/v1/predictions/", headers=bearer(token["token"])).status_code == 200
    listed = anonymous.get(TOKENS, headers=bearer(token["token"])).json()["results"]
    assert [row["name"] for row in listed] == ["laptop"]
    assert "token" not in listed[0]
    assert anonymous.delete(f"{TOKENS}{token['id']}/", headers=basic("ada", PASSWORD)).status_code == 204
    assert anonymous.get("/api/v1/predictions/", headers=bearer(token["token"])).status_code == 401


def test_only_a_hash_of_the_secret_is_kept(owner: User) -> None:
    token, secret = issue_token(by=owner, name="x")
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert secret.removeprefix("doodle_") not in str(row)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer  ", "Bearer nonsense", "Bearer \x00", "Bearer ü", "Basic nonsense", "Basic Og=="]
)
def test_a_bad_credential_is_a_401(anonymous: APIClient, header: str) -> None:
    path = TOKENS if header.startswith("Basic") else "/api/v1/predictions/"
    assert anonymous.get(path, headers={"Authorization": header}).status_code == 401


def test_an_expired_token_is_a_401(anonymous: APIClient, owner: User) -> None:
    _, secret = issue_token(by=owner, name="old", expires_at=timezone.now() - timedelta(seconds=1))
    assert anonymous.get("/api/v1/predictions/", headers=bearer(secret)).status_code == 401


def test_a_token_does_what_its_scopes_say(anonymous: APIClient, owner: User, doodle: Classifier) -> None:
    _, reading = issue_token(by=owner, name="reader", scopes=["read"])
    assert anonymous.get("/api/v1/predictions/", headers=bearer(reading)).status_code == 200
    refused = anonymous.post("/api/v1/predictions/", {"strokes": HOUSE}, headers=bearer(reading))
    assert refused.status_code == 403
    _, both = issue_token(by=owner, name="both")
    assert anonymous.post(TOKENS, {"name": "more"}, headers=bearer(both)).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x", "scopes": ["admin"]}, "scopes"),
        ({"name": "x", "scopes": ["fly"]}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_a_token_that_cannot_be_made_says_why(api: APIClient, body: dict[str, Any], field: str) -> None:
    answer = api.post(TOKENS, body)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not ApiToken.objects.exists()


def test_wrong_passwords_run_out(anonymous: APIClient, owner: User) -> None:
    answers = [anonymous.post(TOKENS, {"name": "x"}, headers=basic("owner", "wrong")) for _ in range(12)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"]


FULL_WIDTH, CYRILLIC = "\uff41\uff44\uff41", "\u0430dmin"
BAD_PEOPLE = [
    ({"username": "Owner", "email": "new@example.com", "password": PASSWORD}, "username"),
    ({"username": FULL_WIDTH, "email": "new@example.com", "password": PASSWORD}, "username"),
    ({"username": CYRILLIC, "email": "new@example.com", "password": PASSWORD}, "username"),
    ({"username": "new", "email": "OWNER@example.com", "password": PASSWORD}, "email"),
    ({"username": "new", "email": "nonsense", "password": PASSWORD}, "email"),
    ({"username": "new", "email": "new@example.com", "password": "1"}, "password"),
    ({"username": "new", "email": "new@example.com"}, "password"),
]


@pytest.mark.parametrize(("person", "field"), BAD_PEOPLE)
def test_sign_up_says_what_is_wrong(anonymous: APIClient, owner: User, person: dict[str, str], field: str) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=owner, email=owner.email, primary=True)
    answer = anonymous.post(USERS, person)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert User.objects.count() == 1


def test_a_strangers_token_is_not_there(api: APIClient) -> None:
    token, _ = issue_token(by=make_user(), name="theirs")
    assert api.delete(f"{TOKENS}{token.pk}/").status_code == 404
    assert ApiToken.objects.exists()
