"""How the labels of classifiers changed, and who wanted it so."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Max, OuterRef, Q

from classifier.models.classifiers import Classifier, Label, problem_of_names, problem_of_number
from classifier.models.identifiers import uuid7
from classifier.models.people import User

TAKEN_BEFORE = (
    "{name!r} was a name of {meant!r}, and versions and answers of that time still mean that by it. Choose another name."
)


class BadLabel(ValueError):
    """A change of labels that cannot be; `field` is what to change."""

    code = "bad_label"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Change(models.TextChoices):
    ADDED = "added"
    RENAMED = "renamed"
    MERGED = "merged"


class LabelChangeQuerySet(models.QuerySet["LabelChange"]):
    def for_showing(self) -> LabelChangeQuerySet:
        return self.select_related("by")

    def of_words_after(self, moment: str) -> LabelChangeQuerySet:
        """In a subquery: those of the same classifier after the field `moment`, by which something has another name."""
        changes = self.exclude(kind=Change.ADDED)
        return changes.filter(classifier=OuterRef("classifier"), created_at__gt=OuterRef(moment))

    def add(self, classifier: Classifier, name: str, **event: Any) -> LabelChange:
        """One more label, after the others. The caller's transaction holds the classifier. Raises BadLabel."""
        labels = classifier.labels.aggregate(number=models.Count("pk"), last=Max("position", default=-1))
        if problem := problem_of_number(labels["number"] + 1):
            raise BadLabel("name", problem)
        _require_free(classifier, name)
        classifier.labels.create(name=name, position=labels["last"] + 1)
        return self.create(classifier=classifier, kind=Change.ADDED, new=name, **event)

    def rename(self, label: Label, name: str, **event: Any) -> LabelChange:
        """Its old name goes on to mean it. The caller's transaction holds the classifier. Raises BadLabel."""
        old, classifier = label.name, label.classifier
        _require_free(classifier, name, besides=label)
        Label.every.filter(classifier=classifier, name=name).delete()  # a name that it had before
        label.name = name
        label.save(update_fields=["name"])
        Label.every.create(classifier=classifier, name=old, position=label.position, became=label)
        return self.create(classifier=classifier, kind=Change.RENAMED, old=old, new=name, **event)

    def merge(self, label: Label, into: Label, **event: Any) -> LabelChange:
        """`label`, and what it was called before, means `into`. The caller's transaction holds the classifier."""
        Label.every.filter(Q(pk=label.pk) | Q(became=label)).update(became=into)
        return self.create(classifier=into.classifier, kind=Change.MERGED, old=label.name, new=into.name, **event)


def _require_free(classifier: Classifier, name: str, besides: Label | None = None) -> None:
    """Raises BadLabel for what cannot be a name, and for one that means another label than `besides`, or did."""
    if problem := problem_of_names([name]):
        raise BadLabel("name", problem)
    others = Label.every.filter(classifier=classifier).select_related("became")
    taken = [one for one in others if one.name.casefold() == name.casefold() and one.today != besides]
    for one in taken:
        if one.became is None:
            raise BadLabel("name", f"There is a label {one.name!r} already. Name each thing once.")
        raise BadLabel("name", TAKEN_BEFORE.format(name=one.name, meant=one.today.name))


class LabelChange(models.Model):
    """A label was added, renamed, or merged into another. Appended, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="label_changes")
    kind = models.CharField(max_length=10, choices=Change.choices)
    old = models.CharField(max_length=100, blank=True, help_text="The name that is no choice any more")
    new = models.CharField(max_length=100)
    samples = models.PositiveIntegerField(default=0, help_text="How many were labelled so, or in their owner's word, and moved")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="label_changes")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LabelChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.old} as {self.new}" if self.old else f"{self.kind} {self.new}"
