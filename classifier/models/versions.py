"""The trained networks that answer."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from classifier.models.classifiers import Classifier
from classifier.models.identifiers import uuid7


class Stage(models.TextChoices):
    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def live_for(self, classifier: Classifier) -> ModelVersion | None:
        return self.filter(classifier=classifier, stage=Stage.LIVE).first()

    def live(self) -> ModelVersionQuerySet:
        return self.filter(stage=Stage.LIVE).select_related("classifier")


class ModelVersion(models.Model):
    """One trained network with its card. Never changes once made, but for its stage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CANDIDATE)
    bundled = models.BooleanField(default=False, help_text="Came with the project rather than from a training run here")
    card_sha256 = models.CharField(max_length=64)
    card = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True, blank=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["classifier", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classifier", "number"], name="version_number_unique_in_classifier"),
            models.UniqueConstraint(fields=["classifier"], condition=Q(stage=Stage.LIVE), name="one_live_version_per_classifier"),
        ]

    def __str__(self) -> str:
        return f"{self.classifier.slug} {self.number}"

    @property
    def artifact(self) -> Path:
        """The folder with the card and the weights."""
        return Path(settings.ARTIFACTS_ROOT) / str(self.id)
