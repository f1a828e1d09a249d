"""Which version answered since when, and who wanted it so."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from classifier.models.classifiers import Classifier
from classifier.models.identifiers import uuid7
from classifier.models.people import User
from classifier.models.versions import ModelVersion, Stage


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def of(self, classifier: Classifier) -> PromotionQuerySet:
        return self.filter(version__classifier=classifier)

    def for_showing(self) -> PromotionQuerySet:
        related = self.select_related("version__classifier", "replaced__classifier", "by")
        return related.defer("version__card", "replaced__card")

    def put_live(self, version: ModelVersion, **event: Any) -> Promotion:
        """`version` takes the place of the live one, and that is remembered. The caller's transaction holds the classifier.

        What shadowed stops: it was compared with a version that does not answer any more.
        """
        replaced = ModelVersion.objects.live_for(version.classifier)
        ModelVersion.objects.shadowing().filter(classifier=version.classifier).update(shadows_since=None)
        if replaced:
            ModelVersion.objects.filter(pk=replaced.pk).update(stage=Stage.RETIRED)
        ModelVersion.objects.filter(pk=version.pk).update(stage=Stage.LIVE, promoted_at=Now())
        version.stage, version.shadows_since = Stage.LIVE, None
        return self.create(version=version, replaced=replaced, **event)

    def before(self, live: ModelVersion) -> ModelVersion | None:
        """What it took the place of, when it was promoted and not gone back to."""
        came = self.filter(version=live, rolls_back=False).select_related("replaced__classifier").order_by("-id").first()
        return came.replaced if came else None


class Promotion(models.Model):
    """A version went live. Appended, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="promotions")
    replaced = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="promotions")
    rolls_back = models.BooleanField(default=False, help_text="Went back to the version that was live before")
    note = models.TextField(blank=True)
    gate = models.JSONField(null=True, blank=True, help_text="What the comparison with the replaced version said")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.version} in place of {self.replaced}" if self.replaced else str(self.version)
