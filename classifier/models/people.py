"""Who uses the site."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac

from classifier.models.identifiers import uuid7

TOKEN_PREFIX = "doodle_"  # noqa: S105  lets secret scanners recognise a leaked token
SCOPES = ("read", "predict", "review", "train", "admin")
REVIEWERS, MAINTAINERS = "reviewers", "maintainers"


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[ASCIIUsernameValidator()],
        help_text="150 characters at most: letters, digits and @ . + - _",
        error_messages={"unique": "This username is taken. Choose another."},
    )
    email = models.EmailField(max_length=254)
    acting_token: ApiToken | None = None  # the one by which a program acts for them now

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("username"),
                name="username_unique_in_any_case",
                violation_error_message="This username is taken. Choose another.",
            ),
        ]

    @property
    def line(self) -> uuid.UUID:
        """Whose pictures wait in one line and are counted together: an account's."""
        return self.id

    @cached_property
    def is_reviewer(self) -> bool:
        return self.is_superuser or REVIEWERS in self._group_names

    @cached_property
    def is_maintainer(self) -> bool:
        return self.is_superuser or MAINTAINERS in self._group_names

    @cached_property
    def _group_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))


@dataclass(frozen=True)
class Visitor:
    """Somebody without an account: known by their session, limited by their address."""

    key: uuid.UUID
    address: str = ""

    @property
    def line(self) -> uuid.UUID:
        """An address's: who keeps no cookie is another visitor with every picture. The address cannot be read from it."""
        return uuid.UUID(bytes=salted_hmac("line", self.address).digest()[:16]) if self.address else self.key


Person = User | Visitor


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> ApiTokenQuerySet:
        alive = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
        return self.filter(alive, user__is_active=True)

    def for_secret(self, secret: str) -> ApiToken | None:
        return self.usable().select_related("user").filter(digest=digest_of(secret)).first()


class ApiToken(models.Model):
    """Lets a program act for a person. Only a hash of the secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def note_use(self, now: datetime) -> None:
        """Remember the use to the minute, so that a busy program does not write with every request."""
        if self.last_used_at is None or now - self.last_used_at > timedelta(minutes=1):
            ApiToken.objects.filter(pk=self.pk).update(last_used_at=now)


def new_secret() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
