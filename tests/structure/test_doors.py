"""Every route of the site, swept: who may enter."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from classifier.models import Classifier

pytestmark = pytest.mark.django_db
PUBLIC = {"/api/v1/users/", "/api/v1/schema/", "/api/docs/", "/recognize", "/livez", "/readyz"}


def routes(patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "/") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if "admin" not in path:
                yield from routes(pattern.url_patterns, path)
        elif "(?P" not in path and "^" not in path:
            yield path.replace("<uuid:id>", str(uuid.uuid4())).replace("<slug:slug>", "doodle")


def test_the_sweep_finds_the_api() -> None:
    found = list(routes())
    assert "/api/v1/predictions/" in found
    assert len([path for path in found if path.startswith("/api/v1/")]) >= 9


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_without_token_or_session_the_api_answers_401(doodle: Classifier, method: str) -> None:
    for path in routes():
        if path.startswith("/api/") and path not in PUBLIC:
            answer = getattr(Client(), method)(path)
            assert answer.status_code == 401, (method, path)
            assert answer.json()["error"]["code"] == "not_authenticated"
            assert answer["WWW-Authenticate"]


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_nothing_breaks_for_a_stranger_with_made_up_ids(doodle: Classifier, method: str) -> None:
    for path in routes():
        assert getattr(Client(), method)(path).status_code < 500 or path == "/readyz", (method, path)


def test_a_session_needs_its_csrf_token(doodle: Classifier, owner: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)  # type: ignore[arg-type]
    answer = client.post("/api/v1/predictions/", {"strokes": [[[0, 1], [0, 1]]]}, content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"
