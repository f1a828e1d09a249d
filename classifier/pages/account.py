"""`/accounts/…`: allauth's pages, and what logging in means here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from classifier.actions.adopt_images import adopt_images
from classifier.models import User
from classifier.pages.visitors import SESSION_KEY, visitor_key


class AccountAdapter(DefaultAccountAdapter):
    def login(self, request: HttpRequest, user: User) -> None:
        """Signing up logs in too: what was drawn before comes along into the history."""
        visitor = visitor_key(request.session)
        super().login(request, user)
        if visitor:
            adopt_images(by=user, visitor=visitor)
            request.session.pop(SESSION_KEY, None)
