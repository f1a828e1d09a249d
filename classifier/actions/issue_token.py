"""Give a person's program a token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from classifier import policy
from classifier.models import ApiToken, User
from classifier.models.people import SCOPES, digest_of, new_secret


class BadScopes(ValueError):
    """A scope does not exist, or is more than the account may do."""


def issue_token(
    *, by: User, name: str, scopes: Sequence[str] | None = None, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The token and its secret, which is shown this once. Scopes default to all that the account may do. Raises BadScopes."""
    allowed = allowed_scopes(by)
    refused = [scope for scope in scopes or () if scope not in allowed]
    if refused:
        raise BadScopes(f"This account may give {', '.join(allowed)}, not {', '.join(refused)}.")
    secret = new_secret()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=by, name=name, digest=digest_of(secret), scopes=list(scopes or allowed), expires_at=expires_at
        )
    return token, secret


def allowed_scopes(user: User) -> list[str]:
    """Everybody reads, predicts and judges what is theirs; maintainers train; an administrator may do all."""
    if user.is_superuser:
        return list(SCOPES)
    return ["read", "predict", "review", *(["train"] if policy.may_maintain(user) else [])]
