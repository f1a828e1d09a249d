"""The label that an image has in a classifier, and what its owner says of it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Value, When

from classifier.models.classifiers import Classifier, Label
from classifier.models.identifiers import uuid7
from classifier.models.images import Image


class State(models.TextChoices):
    NEW = "new"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    EXCLUDED = "excluded"


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    UNUSABLE = "unusable"
    UNDONE = "undone", "undone (takes another back)"


GIVEN = (Verdict.CONFIRMED, Verdict.CORRECTED, Verdict.UNUSABLE)
LABELLED = (State.ACCEPTED, State.CORRECTED)
DISPUTES = (Verdict.CORRECTED, Verdict.UNUSABLE)


class Decision(NamedTuple):
    """What holds of a sample, by import or by the last reviewer."""

    state: str
    label: Label | None


class Word(NamedTuple):
    """What an image's owner says of it; nothing said is an empty verdict."""

    verdict: str
    label: Label | None


UNSAID = Word("", None)


class SampleQuerySet(models.QuerySet["Sample"]):
    def open_to_reviewers(self) -> SampleQuerySet:
        """Those with something to judge; not those whose owner has taken their only word back."""
        return self.exclude(state=State.NEW, label=None, word="")

    def awaiting_review(self) -> SampleQuerySet:
        return self.open_to_reviewers().filter(state=State.NEW)

    def with_label(self, name: str) -> SampleQuerySet:
        """Labelled so, or so in their owner's word."""
        return self.filter(Q(label__name=name) | Q(word_label__name=name))

    def in_queue_order(self) -> SampleQuerySet:
        """People's own "no" first, the newest before the others."""
        place = Case(When(word__in=DISPUTES, then=Value(0)), default=Value(1))
        return self.annotate(place=place).order_by("place", "-changed_at", "-id")

    def queued_after(self, changed_at: datetime, sample: Sample) -> SampleQuerySet:
        """What follows a sample in the order of the queue, where it stood since `changed_at`."""
        place = 0 if sample.word in DISPUTES else 1
        older = Q(changed_at__lt=changed_at) | Q(changed_at=changed_at, id__lt=sample.pk)
        return self.in_queue_order().filter(Q(place__gt=place) | Q(place=place) & older)

    def for_showing(self) -> SampleQuerySet:
        """With all that showing them needs, but not the pixels."""
        return self.select_related("image", "classifier", "label", "word_label").defer("image__pixels", "image__strokes")

    def to_train_on(self, classifier: Classifier) -> SampleQuerySet:
        """Those whose label people stand by."""
        return self.filter(classifier=classifier, state__in=LABELLED, image__width__gt=0)

    def counted(self) -> Counter[str]:
        """How many there are of each label."""
        return Counter(dict(self.order_by().values_list("label__name").annotate(models.Count("pk"))))

    def locked(self, image: Image, classifier: Classifier) -> Sample:
        """The image's sample, made if it is missing, and held until the transaction ends."""
        made, _ = self.get_or_create(image=image, classifier=classifier)
        sample = self.select_for_update(of=("self",)).select_related("label", "word_label").get(pk=made.pk)
        sample.image, sample.classifier = image, classifier
        return sample

    def of_predictions(self) -> SampleQuerySet:
        """To be used in a subquery of predictions: `correction` is the label that people gave in place of the answer, or null.

        The owner's own word comes before a reviewer's decision.
        """
        decided = Q(state__in=LABELLED) & ~Q(label__name=OuterRef("label"))
        correction = Case(
            When(word=Verdict.CORRECTED, then=F("word_label__name")),
            When(decided, then=F("label__name")),
            output_field=models.CharField(null=True),
        )
        return self.filter(image=OuterRef("image"), classifier=OuterRef("classifier")).annotate(correction=correction)


class Sample(models.Model):
    """An image in one classifier: its current label and state, and beside them its owner's word, which decides nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="samples")
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="samples")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="samples")
    word = models.CharField(max_length=10, choices=Verdict.choices, blank=True, help_text="The owner's, if they gave one")
    word_label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    events = models.PositiveIntegerField(default=0, help_text="How many reviews there are of it, undone ones included")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-changed_at"], condition=Q(state=State.NEW), name="sample_awaiting_review"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["image", "classifier"], name="sample_once_per_image_and_classifier"),
            models.CheckConstraint(condition=~Q(state__in=LABELLED) | Q(label__isnull=False), name="sample_labelled_if_decided"),
            models.CheckConstraint(
                condition=Q(word__in=["", Verdict.UNUSABLE], word_label=None)
                | Q(word__in=[Verdict.CONFIRMED, Verdict.CORRECTED], word_label__isnull=False),
                name="sample_word_with_its_label",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.label or ''}".strip()

    @property
    def decision(self) -> Decision:
        return Decision(self.state, self.label)

    @property
    def given(self) -> Label | None:
        """The label that stands to be judged: the sample's own, or else its owner's word."""
        return self.label or self.word_label

    @property
    def seen(self) -> str:
        """What a person who looks now has seen: it changes with every review."""
        return token(self.state, self.label, self.events)


def token(state: str, label: Label | None, events: int) -> str:
    return f"{state}:{label.name if label else ''}:{events}"
