from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.models import ApiToken, User

pytestmark = pytest.mark.django_db
PAGE = "/accounts/tokens/"
WANTED = {"name": "my laptop", "scopes": ["read", "predict"], "days": "30"}


def secret_in(page: str) -> str:
    found = re.search(r'class="secret">([^<]+)<', page)
    assert found
    return found.group(1)


def test_a_token_is_made_shown_once_used_and_revoked(member: Client) -> None:
    secret = secret_in(member.post(PAGE, WANTED).content.decode())
    program = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/predictions/").status_code == 200
    token = ApiToken.objects.get()
    assert (token.scopes, token.name) == (["read", "predict"], "my laptop")
    assert token.expires_at
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    later = member.get(PAGE).content.decode()
    assert "my laptop" in later
    assert "last used on" in later
    assert secret not in later
    assert "my laptop opens nothing" in member.post(f"{PAGE}{token.pk}/revoke/", follow=True).content.decode()
    assert program.get("/api/v1/predictions/").status_code == 401


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("name", "", "Name: "), ("name", "x" * 101, "100 characters"), ("scopes", [], "at least one"),
     ("scopes", ["admin"], "admin"),
     ("days", "0", "Ends after: ")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_made(member: Client, field: str, value: object, words: str) -> None:
    answer = member.post(PAGE, {**WANTED, field: value})
    assert answer.status_code == 400
    alert = re.search(r'role="alert">([^<]+)<', answer.content.decode())
    assert alert
    assert words in alert.group(1)
    assert not ApiToken.objects.exists()


def test_only_ones_own_are_listed_and_revoked(
    member: Client, owner: User, stranger: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("first", "second", "third"):
        issue_token(by=owner, name=name)
    theirs, _ = issue_token(by=stranger, name="theirs")
    ApiToken.objects.filter(name="first").update(expires_at=timezone.now())
    with django_assert_num_queries(4):  # the session, the account, its groups, its tokens
        page = member.get(PAGE).content.decode()
    assert page.index("third") < page.index("second") < page.index("first") < page.index("ended")
    assert "theirs" not in page
    assert "admin:" not in page
    assert member.post(f"{PAGE}{theirs.pk}/revoke/").status_code == 404


def test_without_an_account_one_signs_in_first() -> None:
    assert Client().get(PAGE).url.startswith("/accounts/login/")  # type: ignore[attr-defined]
