"""The problems that can be asked about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from classifier.models.identifiers import uuid7


class Kind(models.TextChoices):
    DRAWING = "drawing"
    PHOTO = "photo"


class Classifier(models.Model):
    """A named problem with ordered labels."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Label(models.Model):
    """One class of a classifier."""

    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="labels")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["classifier", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classifier", "name"], name="label_name_unique_in_classifier"),
            models.UniqueConstraint(fields=["classifier", "position"], name="label_position_unique_in_classifier"),
        ]

    def __str__(self) -> str:
        return self.name
