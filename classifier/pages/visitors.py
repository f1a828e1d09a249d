"""Who is looking: an account, or somebody known by their session only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from classifier.models import Person, User, Visitor
from classifier.policy import NotAllowed

SESSION_KEY = "visitor"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def only_where(require: Callable[[object], None]) -> Callable[[View[P]], View[P]]:
    """A page for those of whom `require`, one of policy's, has nothing to complain; others get the page that says so."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                require(request.user)
            except NotAllowed as error:
                raise PermissionDenied(str(error)) from error
            return view(request, *args, **kwargs)

        return guarded

    return guard


def account_behind(request: HttpRequest) -> User:
    """Raises PermissionDenied for somebody without one."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


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
