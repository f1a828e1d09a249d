"""Every operation of the API × everybody × their own, another's and a missing id, as `permissions.py` has it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from classifier.models import ApiToken, Classifier, User
from classifier.models.people import MAINTAINERS, REVIEWERS, SCOPES, digest_of, new_secret
from tests.factories import make_reviewer, make_user
from tests.structure.permissions import EVERYBODY, RULES, Rule, addressed

pytestmark = pytest.mark.django_db
PREFIX = "/api/v1/"
NO_RULE = (
    "Nobody has said who may call {}. Add a line to RULES in tests/structure/permissions.py: the token's scope, what makes the "
    "thing whose id is in the address, who alone may call it (`only`), and who reaches other people's things (`open_to`)."
)


@dataclass(frozen=True)
class Call:
    """An operation with the example that its description gives for its body."""

    method: str
    path: str
    body: Any

    def made(self, client: APIClient, id: str, query: str) -> int:
        """The status. What the call does is undone."""
        path = addressed(self.path, id)
        address = PREFIX + path + query
        with transaction.atomic():
            answer = getattr(client, self.method.lower())(address, self.body, **({"format": "json"} if self.body else {}))
            transaction.set_rollback(True)
        status: int = answer.status_code
        return status


@cache
def calls() -> dict[str, Call]:
    description: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}": Call(method.upper(), path.removeprefix(PREFIX), _body(operation))
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if path.startswith(PREFIX)
    }


def _body(operation: Any) -> Any:
    """What the caller of GET sends is nothing."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = [example["value"] for example in content.get("examples", {}).values()]
    return examples[0] if examples else content.get("example")


@pytest.fixture
def people() -> dict[str, User]:
    made = {"owner": make_user("owner"), "stranger": make_user("stranger"), "reviewer": make_reviewer("reviewer")}
    made["maintainer"] = make_user("maintainer")
    made["maintainer"].groups.add(Group.objects.get_or_create(name=MAINTAINERS)[0])
    made["admin"] = User.objects.create_superuser("admin", "admin@example.com", "a long enough secret")
    assert {REVIEWERS} == set(made["reviewer"].groups.values_list("name", flat=True))
    return made


def program(user: User | None, *scopes: str) -> APIClient:
    """One with a token; of nobody, with one that was revoked."""
    client, secret = APIClient(), new_secret()
    if user:
        ApiToken.objects.create(user=user, name="matrix", digest=digest_of(secret), scopes=scopes)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_every_operation_has_a_rule_and_every_rule_an_operation() -> None:
    for missing in sorted(set(calls()) - set(RULES)):
        pytest.fail(NO_RULE.format(missing))
    assert set(RULES) - set(calls()) == set(), "These are gone: take them out of RULES."


@pytest.mark.parametrize("name", RULES)
def test_nobody_gets_further_than_the_rule_says(name: str, people: dict[str, User], doodle: Classifier) -> None:
    call, rule = calls()[name], RULES[name]
    for who, whose, client, id in attempts(rule, people):
        status, expected = call.made(client, id, rule.query), refusals(rule, who, whose)
        let_in = status < 500 and status not in (401, 403, 404, 405)
        assert (status in expected) if expected else (let_in or status in rule.also), (name, who, whose, status, expected)


def attempts(rule: Rule, people: dict[str, User]) -> Iterator[tuple[str, str, APIClient, str]]:
    theirs = rule.thing(people["owner"]) if rule.thing else ""
    missing = "missing" if theirs and not _is_uuid(theirs) else str(uuid.uuid4())
    without = [scope for scope in SCOPES if scope != rule.scope]
    outsiders = {"anonymous": APIClient(), "revoked": program(None), "unscoped": program(people["owner"], *without)}
    for who, client in outsiders.items():
        yield from ((who, whose, client, id) for whose, id in (("owner's", theirs), ("missing", missing)))
    for who, user in people.items():
        client = program(user, *SCOPES)
        if rule.thing:
            yield who, "own", client, theirs if who == "owner" else rule.thing(user)
            yield who, "missing", client, missing
        if who != "owner" or not rule.thing:
            yield who, "another's" if rule.thing else "none", client, theirs


def _is_uuid(text: str) -> bool:
    return len(text) == 36


def refusals(rule: Rule, who: str, whose: str) -> set[int]:
    """What the caller may get; nothing where they are to be let in."""
    if rule.scope is None:
        return set()
    if who in ("anonymous", "revoked", "unscoped"):
        return {403} if who == "unscoped" else {401}
    if who not in rule.only and rule.only != EVERYBODY:
        return {403, 404} if whose == "missing" else {403}
    if rule.thing and whose == "missing":
        return {404}
    foreign = whose == "another's" and who not in rule.open_to
    return {404 if rule.hides else 403} if foreign else set()
