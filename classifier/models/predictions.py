"""Answers, and the queue of those still to be given: the row is the job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from classifier.models.classifiers import Classifier
from classifier.models.identifiers import uuid7
from classifier.models.images import Image, belonging_to
from classifier.models.people import Person, User
from classifier.models.versions import ModelVersion, Stage

LEASE = timedelta(seconds=15)
MAX_ATTEMPTS = 3
CRASHED = "Three workers did not survive this picture. Send it in another form, or tell the people who run the site."


class Status(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


PENDING = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True)
class Guess:
    label: str
    probability: float

    @property
    def percent(self) -> str:
        return f"{self.probability * 100:.1f}"


class PredictionQuerySet(models.QuerySet["Prediction"]):
    def visible_to(self, person: Person) -> PredictionQuerySet:
        return self.filter(belonging_to(person, "image__"))

    def with_image(self) -> PredictionQuerySet:
        """With all that showing it needs, but not the pixels."""
        related = self.select_related("image", "classifier", "model_version__classifier")
        return related.defer("image__pixels", "image__strokes", "model_version__card")

    def standing_answers(self, sha256: str) -> PredictionQuerySet:
        """What is known of a picture, newest first, from versions that are live: asked again, they would say the same."""
        known = self.filter(image__sha256=sha256, status=Status.SUCCEEDED, model_version__stage=Stage.LIVE)
        return known.newest_first().defer("image__pixels", "image__strokes")

    def newest_first(self) -> PredictionQuerySet:
        return self.order_by("-id")

    def claimable(self) -> PredictionQuerySet:
        """Rows that wait, and rows whose worker has not come back within its lease; their picture must have arrived."""
        waiting = Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=Now())
        return self.filter(waiting, image__width__gt=0)

    def locked_for_claiming(self) -> PredictionQuerySet:
        """SQLite's immediate transactions hold the whole database already."""
        skip = connection.features.has_select_for_update_skip_locked
        return self.select_for_update(skip_locked=True, of=("self",)) if skip else self

    def queue(self, person: Person, asked: Sequence[tuple[Image, Classifier]]) -> list[Prediction]:
        """New ones that wait to be answered; their ids sort as they are given here."""
        account = person if isinstance(person, User) else None
        ids = sorted(uuid7() for _ in asked)
        rows = zip(ids, asked, strict=True)
        return self.bulk_create(
            Prediction(id=id, image=image, classifier=classifier, asked_by=account) for id, (image, classifier) in rows
        )

    def fail(self, code: str, message: str) -> int:
        return self.update(status=Status.FAILED, error_code=code, error_message=message, finished_at=Now(), lease_until=None)


class Prediction(models.Model):
    """One answer about one image by one model version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="predictions")
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="predictions")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="predictions")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, editable=False)  # noqa: DJ001  null is not unique
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=200, blank=True)

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="predictions")
    guesses = models.JSONField(default=list, blank=True)
    label = models.CharField(max_length=100, blank=True, help_text="The best guess")
    probability = models.FloatField(null=True, blank=True, help_text="Of the best guess")
    unsure = models.BooleanField(null=True, blank=True)
    error_code = models.CharField(max_length=50, blank=True)
    error_message = models.TextField(blank=True)

    objects = PredictionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(status__in=PENDING), name="prediction_pending"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asked_by", "idempotency_key"], name="prediction_once_per_idempotency_key"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.label}".strip()

    @property
    def pending(self) -> bool:
        return self.status in PENDING

    @property
    def ranked(self) -> list[Guess]:
        return [Guess(**guess) for guess in self.guesses]
