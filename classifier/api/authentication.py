"""Who is calling, and what their token lets them do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from classifier.models import ApiToken, User

if TYPE_CHECKING:  # REST framework imports this module while it makes its own views
    from rest_framework.request import Request
    from rest_framework.views import APIView

REFUSED = "This token is unknown, revoked or expired. Get a new one from /api/v1/tokens/."


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = ApiToken.objects.for_secret(secret.strip())
        if token is None:
            raise AuthenticationFailed(REFUSED)
        token.note_use(timezone.now())
        token.user.acting_token = token
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class ScopePermission(BasePermission):
    """An account, and with a token the scope that the view names: `scope` for writing; for reading `read`, or `reading_scope`."""

    message = "This token lacks the scope that this call needs. Make one with that scope."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        needed = getattr(view, "reading_scope", "read") if request.method in SAFE_METHODS else getattr(view, "scope", "admin")
        return needed in request.auth.scopes


def caller(request: Request) -> User:
    """The person behind an authenticated request."""
    if not isinstance(request.user, User):
        raise AuthenticationFailed("Send a token, or log in.")
    return request.user
