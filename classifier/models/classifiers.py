"""The problems that can be asked about."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import slug_re
from django.db import models
from django.db.models import Q

from classifier.models.identifiers import uuid7
from classifier.models.people import User


class Kind(models.TextChoices):
    DRAWING = "drawing"
    PHOTO = "photo"


AUTO = "auto"
"""Instead of a slug: let the picture decide."""

BUILT_IN = {Kind.DRAWING: "doodle", Kind.PHOTO: "photo"}


class ClassifierQuerySet(models.QuerySet["Classifier"]):
    def named(self, slug: str) -> Classifier | None:
        """What no slug can be is not asked of the database, which may choke on it."""
        return self.filter(slug=slug).first() if slug_re.match(slug) else None

    def by_look(self) -> dict[str, Classifier]:
        """The built-in one for what a picture looks like; the drawings' where there is none for photos, or nobody looked.

        Raises Classifier.DoesNotExist before any was registered.
        """
        found = {classifier.slug: classifier for classifier in self.filter(slug__in=BUILT_IN.values())}
        if not (drawings := found.get(BUILT_IN[Kind.DRAWING])):
            raise Classifier.DoesNotExist
        return {"": drawings, **{kind.value: found.get(slug, drawings) for kind, slug in BUILT_IN.items()}}


class Classifier(models.Model):
    """A named problem with ordered labels."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="classifiers")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClassifierQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["slug"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(slug=AUTO), name="classifier_slug_is_not_auto"),
        ]

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
