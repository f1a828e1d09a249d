"""Calls that must not take effect twice, and what they were answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from classifier.models.identifiers import uuid7
from classifier.models.people import Person, User

KEPT = timedelta(hours=24)


class KeyedCallQuerySet(models.QuerySet["KeyedCall"]):
    def begin(self, by: Person, key: str, fingerprint: str) -> tuple[KeyedCall, bool]:
        """The call with this key, and whether it is new. Whoever finds one that is old enough to be forgotten forgets it."""
        self.filter(created_at__lt=timezone.now() - KEPT).delete()
        account = by if isinstance(by, User) else None
        try:
            with transaction.atomic():
                return self.create(line=by.line, user=account, key=key, fingerprint=fingerprint), True
        except IntegrityError:
            return self.get(line=by.line, key=key), False


class KeyedCall(models.Model):
    """One call with an Idempotency-Key. Without a status it is under way, or broke off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    line = models.UUIDField(help_text="Whose: an account's, or an address's")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="Of what was asked, so that another request is not taken for it")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = KeyedCallQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "key"], name="keyed_call_once_per_line_and_key"),
        ]

    def __str__(self) -> str:
        return self.key

    def keep(self, status: int, body: Any, headers: dict[str, str]) -> None:
        """What to answer to the same call."""
        KeyedCall.objects.filter(pk=self.pk).update(status=status, body=body, headers=headers)
