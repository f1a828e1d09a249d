"""Whom to tell what is settled, and what is still to be told: a delivery's row is its job."""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from classifier.models.batches import Batch
from classifier.models.identifiers import uuid7
from classifier.models.leases import Leased, LeasedQuerySet
from classifier.models.people import User
from classifier.models.predictions import PENDING, Prediction
from classifier.models.training import TrainingRun

MOST_WEBHOOKS = 10
LEASE = timedelta(seconds=30)  # ten seconds for the network
WAITS = [timedelta(seconds=seconds) for seconds in (10, 60, 600, 3600, 6 * 3600)]
"""After each attempt that failed; the last attempt is not followed by another."""
OLD_SECRET_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
SECRET_PREFIX = "whsec_"  # noqa: S105  as Standard Webhooks writes them

PREDICTION, BATCH, TRAINING_RUN = "prediction.settled", "batch.settled", "training_run.settled"
EVENTS = (PREDICTION, BATCH, TRAINING_RUN)
ADDRESSES = {
    PREDICTION: "/api/v1/predictions/{}/",
    BATCH: "/api/v1/batches/{}/",
    TRAINING_RUN: "/api/v1/training-runs/{}/",
}


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def listening(self, event: str, owners: Collection[uuid.UUID]) -> list[Webhook]:
        active = self.filter(owner__in=owners, disabled_because="")
        return [webhook for webhook in active if event in webhook.events]


class Webhook(models.Model):
    """An address that is told of what is settled. Its secret has to be kept as it is: every delivery is signed with it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    secret = models.CharField(max_length=100, editable=False)
    old_secret = models.CharField(max_length=100, blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    disabled_because = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.url

    def signatures(self, id: uuid.UUID, now: datetime, body: bytes) -> str:
        """By the secret, and for a day after a rotation by the old one too."""
        secrets = [self.secret, *([self.old_secret] if self.old_secret_until and self.old_secret_until > now else [])]
        signed = f"{id}.{int(now.timestamp())}.".encode() + body
        return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class DeliveryQuerySet(LeasedQuerySet["Delivery"]):
    def claimable(self) -> DeliveryQuerySet:
        """Due, the longest due first, and one at a time for each address: a slow one keeps no other waiting."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        busy = Delivery.objects.filter(webhook=OuterRef("webhook"), status=DeliveryStatus.WAITING, lease_until__gte=Now())
        due = self.filter(free, status=DeliveryStatus.WAITING, next_at__lte=Now(), webhook__disabled_because="")
        return due.exclude(Exists(busy)).order_by("next_at")

    def forget_old(self) -> None:
        self.exclude(status=DeliveryStatus.WAITING).filter(created_at__lt=Now() - KEPT_FOR).delete()

    def owe(self, event: str, settled: Iterable[tuple[uuid.UUID, uuid.UUID, str]]) -> None:
        """One to each address of those whose it is: `settled` are ids, their owners and how they ended.

        Told once: what is told again, since somebody retried what failed, has an id of its own.
        """
        rows = list(settled)
        listening = Webhook.objects.listening(event, {owner for _, owner, _ in rows}) if rows else []
        self.bulk_create(
            (
                Delivery(webhook=webhook, event=event, subject=id, payload=_payload(event, id, status))
                for webhook in listening
                for id, owner, status in rows
                if webhook.owner_id == owner
            ),
            ignore_conflicts=True,
        )


class Delivery(Leased):
    """One event on its way to one address, or how that went."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=50)
    subject = models.UUIDField(editable=False, help_text="The id of what is settled")
    payload = models.JSONField()
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING)
    next_at = models.DateTimeField(db_default=Now())
    last_status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="With which the address answered last")
    settled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(status="waiting"), name="delivery_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["webhook", "event", "subject"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.status}"

    @property
    def is_last_attempt(self) -> bool:
        return self.attempt > len(WAITS)


def _payload(event: str, id: uuid.UUID, status: str) -> dict[str, Any]:
    data = {"id": str(id), "status": status, "url": ADDRESSES[event].format(id)}
    return {"type": event, "data": data}


def owe_predictions(ids: Collection[uuid.UUID]) -> None:
    """What is owed for these, now that they are settled: one look where nobody wants to know.

    What came in bulk is told once, by its batch.
    """
    wanted = Exists(Webhook.objects.filter(owner=OuterRef("image__owner"), disabled_because=""))
    settled = Prediction.objects.filter(wanted, pk__in=ids).exclude(status__in=PENDING)
    rows: list[tuple[Any, ...]] = list(settled.values_list("pk", "image__owner", "status", "batch_file__batch__unpacking"))
    if rows:
        Delivery.objects.owe(PREDICTION, [(id, owner, status) for id, owner, status, bulk in rows if bulk is None])
        _owe_batches([id for id, *_ in rows])


def _owe_batches(ids: Collection[uuid.UUID]) -> None:
    """Locked, so that of two workers that settle the last two pictures one sees both."""
    touched = Batch.objects.filter(pk__in=Batch.objects.filter(files__prediction__in=ids).values("pk"))
    _owe_settled(touched)


def owe_batch(id: uuid.UUID) -> None:
    """What is owed for this one, if it is settled."""
    _owe_settled(Batch.objects.filter(pk=id))


def _owe_settled(batches: models.QuerySet[Batch]) -> None:
    done = [batch for batch in batches.select_for_update().order_by("pk") if batch.settled]
    Delivery.objects.owe(BATCH, [(batch.pk, batch.owner_id, "settled") for batch in done if batch.owner_id])


def owe_training_run(id: uuid.UUID) -> None:
    """What is owed to whoever asked for the run."""
    runs = TrainingRun.objects.filter(pk=id, requested_by__isnull=False)
    Delivery.objects.owe(TRAINING_RUN, list(runs.values_list("pk", "requested_by", "status")))
