"""The problems that can be asked about."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, slug_re
from django.db import models
from django.db.models import Q

from classifier.models.identifiers import uuid7
from classifier.models.people import User


class Kind(models.TextChoices):
    DRAWING = "drawing"
    PHOTO = "photo"


AUTO = "auto"
"""Instead of a slug: let the picture decide."""

MOST_OPINIONS, MOST_KNOWN = 5, 50

BUILT_IN = {Kind.DRAWING: "doodle", Kind.PHOTO: "photo"}
FEWEST_LABELS, MOST_LABELS, LONGEST_LABEL = 2, 1000, 100
MERGES = "/merge"


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

    def locked(self, classifier: Classifier) -> Classifier:
        """Held until the transaction ends, for what must not happen to it twice at once. Raises Classifier.DoesNotExist."""
        return self.select_for_update(no_key=True).get(pk=classifier.pk)


class Classifier(models.Model):
    """A named problem with ordered labels."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="classifiers")
    created_at = models.DateTimeField(auto_now_add=True)
    opinions = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_OPINIONS)],
        help_text="So many reviewers' opinions decide a sample together",
    )
    known_share = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(MOST_KNOWN)],
        help_text="Percent of the samples given one after another whose answer is known, so that reviewers are tried",
    )

    objects = ClassifierQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["slug"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(slug=AUTO), name="classifier_slug_is_not_auto"),
            models.CheckConstraint(condition=Q(opinions__range=(1, MOST_OPINIONS)), name="classifier_opinions_in_range"),
            models.CheckConstraint(condition=Q(known_share__lte=MOST_KNOWN), name="classifier_known_share_in_range"),
        ]

    def __str__(self) -> str:
        return self.slug

    def words(self) -> dict[str, str]:
        """Today's name by each that is no choice any more: versions, sets and answers of before have those."""
        former = Label.every.filter(classifier=self, became__isnull=False)
        return dict(former.values_list("name", "became__name"))

    def label(self, name: str) -> Label:
        """Raises Label.DoesNotExist. What no name has is not asked of the database, which may choke on it."""
        if "\0" in name:
            raise Label.DoesNotExist
        return self.labels.get(name=name)

    def label_meant(self, name: str) -> Label | None:
        """What is called so, or was once: a name never comes to mean something else."""
        found = Label.every.select_related("became").filter(classifier=self, name=name).first()
        return found.today if found else None

    def has_no(self, name: str) -> str:
        """A sentence for whoever chose a label that is none, with what to choose instead."""
        now = self.words().get(name)
        instead = f"It is called {now!r} now" if now else "Choose one of its labels"
        return f"The classifier {self.slug} has no label {name[:LONGEST_LABEL]!r}. {instead}."


class CurrentLabels(models.Manager["Label"]):
    """Those that can be chosen."""

    def get_queryset(self) -> models.QuerySet[Label]:
        return super().get_queryset().filter(became=None)


class Label(models.Model):
    """One class of a classifier. A name that it had before, and one merged into it, stays as a row that became this one."""

    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="labels")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=LONGEST_LABEL)
    became = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="What it is called now, if not so"
    )

    objects = CurrentLabels()
    every: ClassVar[models.Manager[Label]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["classifier", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["classifier", "name"], name="label_name_unique_in_classifier"),
            models.UniqueConstraint(
                fields=["classifier", "position"], condition=Q(became=None), name="label_position_unique_in_classifier"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def today(self) -> Label:
        return self.became or self


def problem_of_number(number: int) -> str:
    """Why a classifier cannot have so many labels, or nothing."""
    fits = FEWEST_LABELS <= number <= MOST_LABELS
    return "" if fits else f"Give {FEWEST_LABELS} to {MOST_LABELS:,} labels; these are {number:,}."


def problem_of_names(names: Sequence[str]) -> str:
    """Why labels cannot be called so, or nothing."""
    if any(not 1 <= len(name) <= LONGEST_LABEL for name in names):
        return f"Each label needs 1 to {LONGEST_LABEL} characters."
    if unfit := next((name for name in names if name in (".", "..") or _has_controls(name)), None):
        return f"{unfit!r} cannot be a label: give a word or a few, on one line."
    if taken := next((name for name in names if name.endswith(MERGES)), None):
        return f"{taken!r} cannot be a label: none may end in {MERGES!r}, which is an address of the API."
    if len({name.casefold() for name in names}) < len(names):
        twice = next(name for at, name in enumerate(names) if name.casefold() in {one.casefold() for one in names[:at]})
        return f"The label {twice!r} is there twice. Name each thing once."
    return ""


def _has_controls(name: str) -> bool:
    return any(unicodedata.category(sign) == "Cc" for sign in name)
