"""What was sent together."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from classifier.models.identifiers import uuid7
from classifier.models.images import belonging_to
from classifier.models.people import Person, User
from classifier.models.predictions import Prediction

LONGEST_BATCH = 64


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, person: Person) -> BatchQuerySet:
        return self.filter(belonging_to(person))


class Batch(models.Model):
    """Files that a person sent on the page at once, of an account or of a visitor's session like an image."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="batches")
    visitor = models.UUIDField(null=True, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

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
