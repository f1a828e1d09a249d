"""Who is looking: an account, or somebody known by their session only."""

from __future__ import annotations

import uuid

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from classifier.models import Person, User, Visitor

SESSION_KEY = "visitor"


def person_behind(request: HttpRequest) -> Person:
    """Looking leaves no trace: a new visitor is remembered only by `remember`, when they hand something in."""
    if isinstance(request.user, User):
        return request.user
    return Visitor(visitor_key(request.session) or uuid.uuid4(), request.META.get("REMOTE_ADDR", ""))


def remember(request: HttpRequest, person: Person) -> None:
    if isinstance(person, Visitor):
        request.session[SESSION_KEY] = str(person.key)


def visitor_key(session: SessionBase) -> uuid.UUID | None:
    kept = session.get(SESSION_KEY)
    return uuid.UUID(kept) if kept else None
