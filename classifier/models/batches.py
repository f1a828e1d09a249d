"""What was sent together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Now

from classifier.models.identifiers import uuid7
from classifier.models.images import belonging_to
from classifier.models.people import Person, User
from classifier.models.predictions import PENDING, Prediction, Status

LONGEST_BATCH = 64


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, person: Person) -> BatchQuerySet:
        return self.filter(belonging_to(person))

    def lately_unsettled(self) -> BatchQuerySet:
        """Those of the last day of which something waits or is still to be unpacked, newest first."""
        waits = Exists(BatchFile.objects.filter(batch=OuterRef("pk"), prediction__status__in=PENDING))
        unpacked = Q(unpacking__settled_at__isnull=False) | Q(unpacking=None)
        return self.filter(waits | ~unpacked, created_at__gt=Now() - timedelta(days=1)).order_by("-id")

    def progress_of(self, id: uuid.UUID) -> dict[str, int] | None:
        """How many files it has, how many of them are answered, and how many failed or were refused. None where it is gone."""
        counts = ("total", "done", "failed")
        found: dict[str, int] | None = self.with_progress().filter(pk=id).values(*counts).first()
        return found

    def with_progress(self) -> BatchQuerySet:
        """With these counts, as `total`, `done` and `failed`."""
        status = "files__prediction__status"
        counts = {
            "total": Coalesce(F("unpacking__total"), Count("files")),
            "done": Count("files", filter=Q(**{status: Status.SUCCEEDED})),
            "failed": Count("files", filter=Q(**{status: Status.FAILED}) | Q(files__prediction=None, files__isnull=False)),
        }
        return self.annotate(**counts)


class Batch(models.Model):
    """Files that a person sent on the page at once, of an account or of a visitor's session like an image."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="batches")
    visitor = models.UUIDField(null=True, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    total: int  # these three come with BatchQuerySet.with_progress
    done: int
    failed: int

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, visitor=None) | Q(owner=None, visitor__isnull=False),
                name="batch_of_owner_or_visitor",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def note(self, files: Iterable[tuple[str, str | None]], predictions: Iterable[Prediction], first: int = 0) -> None:
        """Remember the files in their order, each by its name and refusal; without one, with the next of the predictions."""
        queued = iter(predictions)
        BatchFile.objects.bulk_create(
            BatchFile(
                batch=self, place=place, name=name, refusal=refusal or "", prediction=next(queued) if refusal is None else None
            )
            for place, (name, refusal) in enumerate(files, first)
        )

    @property
    def settled(self) -> bool:
        """Whether nothing of it waits any more."""
        progress = Batch.objects.progress_of(self.pk)
        return progress is not None and progress["done"] + progress["failed"] == progress["total"]


class BatchFileQuerySet(models.QuerySet["BatchFile"]):
    def with_answers(self) -> BatchFileQuerySet:
        """With all that showing them needs, but not the pixels."""
        return self.select_related("prediction__image").defer("prediction__image__pixels", "prediction__image__strokes")


class BatchFile(models.Model):
    """One file of a batch by its place and the name it had: its prediction, or why it was refused."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=255, help_text="As sent: shown, and used for nothing else")
    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, null=True, blank=True, related_name="batch_file")
    refusal = models.TextField(blank=True)

    objects = BatchFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["batch", "place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "place"], name="batch_file_place_unique_in_batch"),
            models.CheckConstraint(
                condition=Q(prediction__isnull=False, refusal="") | (Q(prediction=None) & ~Q(refusal="")),
                name="batch_file_answered_or_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.name
