"""The label that an image has in a classifier, and what its owner says of it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When

from classifier.models.classifiers import Classifier, Label
from classifier.models.identifiers import uuid7
from classifier.models.images import Image
from classifier.models.leases import Held, HeldQuerySet
from classifier.models.verdicts import DISPUTES, LABELLED, Decision, Reason, State, Verdict

SUSPICIOUS = 0.5
"""From here on it is likelier that the label is wrong than that it is right."""
DISPUTED_RANK = 2.0
"""Above every suspicion."""
STANDS = Q(suspected=F("label")) | Q(label=None, suspected=F("word_label"))
"""The label that was suspected is still the one to be judged."""
DOUBTED = STANDS & Q(state=State.ACCEPTED, judged=False, suspicion__gte=SUSPICIOUS)
"""Accepted, but the label is doubted while no reviewer stands by it."""


class SampleQuerySet(HeldQuerySet["Sample"]):
    def open_to_reviewers(self) -> SampleQuerySet:
        """Those with something to judge; not those whose owner has taken their only word back."""
        return self.exclude(state=State.NEW, label=None, word="")

    def awaiting_review(self) -> SampleQuerySet:
        """Those that nobody has decided, those that need more opinions, and doubted ones."""
        open_still = Q(state=State.NEW) | Q(judged=False, opinions__gt=0) | DOUBTED
        return self.open_to_reviewers().filter(open_still)

    def with_label(self, name: str) -> SampleQuerySet:
        """Labelled so, or so in their owner's word."""
        return self.filter(Q(label__name=name) | Q(word_label__name=name))

    def follow_labels(self, classifier: Classifier) -> None:
        """What is labelled by what is no label any more is labelled by what that became. Its doubts are for the network anew."""
        mine = self.filter(classifier=classifier)
        for field in ("label", "word_label", "suggestion"):
            became = Subquery(Label.every.filter(pk=OuterRef(field)).values("became")[:1])
            mine.filter(**{f"{field}__became__isnull": False}).update(**{field: became})
        mine.filter(Q(suggestion=F("label")) | Q(label=None, suggestion=F("word_label"))).update(suspected=None)

    def for_reason(self, reason: str) -> SampleQuerySet:
        match reason:
            case Reason.DISPUTED:
                return self.filter(word=Verdict.CORRECTED)
            case Reason.REPORTED:
                return self.filter(word=Verdict.UNUSABLE)
            case Reason.TIED:
                return self.filter(tied=True)
            case _:
                return self.filter(STANDS, suspicion__gte=SUSPICIOUS)

    def as_probable(self, least: float, most: float) -> SampleQuerySet:
        """Those to whose label the network gives a probability from `least` to `most`."""
        return self.filter(STANDS, suspected_probability__range=(least, most))

    def in_queue_order(self) -> SampleQuerySet:
        """People's own "no" first, then by suspicion; of equals the newest. `rank` says how urgent each is."""
        rank = Case(
            When(word__in=DISPUTES, then=Value(DISPUTED_RANK)),
            When(STANDS & Q(suspicion__isnull=False), then=F("suspicion")),
            default=Value(0.0),
        )
        ranked: SampleQuerySet = self.annotate(rank=rank)  # type: ignore[no-redef]  # declared below
        return ranked.order_by(F("rank").desc(), "-changed_at", "-id")

    def queued_after(self, place: Place) -> SampleQuerySet:
        """What follows in the order of the queue."""
        older = Q(changed_at__lt=place.changed_at) | Q(changed_at=place.changed_at, id__lt=place.id)
        return self.in_queue_order().filter(Q(rank__lt=place.rank) | Q(rank=place.rank) & older)

    def queued_before(self, place: Place) -> SampleQuerySet:
        """What comes before in the order of the queue, the nearest first."""
        newer = Q(changed_at__gt=place.changed_at) | Q(changed_at=place.changed_at, id__gt=place.id)
        return self.in_queue_order().filter(Q(rank__gt=place.rank) | Q(rank=place.rank) & newer).reverse()

    def for_showing(self) -> SampleQuerySet:
        """With all that showing them needs, but not the pixels."""
        around = ("image", "classifier", "label", "word_label", "suspected", "suggestion")
        return self.select_related(*around).defer("image__pixels", "image__strokes")

    def to_score(self, classifier: Classifier) -> SampleQuerySet:
        """Those with a label that can be doubted, and a picture to doubt it by."""
        labelled = self.filter(classifier=classifier, image__width__gt=0).exclude(state=State.EXCLUDED)
        return labelled.exclude(label=None, word_label=None)

    def unscored(self, classifier: Classifier, version: uuid.UUID) -> SampleQuerySet:
        """Those that this version of the classifier has not looked at with the label that they have now."""
        return self.to_score(classifier).exclude(STANDS, scored_by=version)

    def to_train_on(self, classifier: Classifier) -> SampleQuerySet:
        """Those whose label people stand by."""
        return self.filter(classifier=classifier, state__in=LABELLED, image__width__gt=0)

    def doubted(self) -> SampleQuerySet:
        return self.filter(DOUBTED)

    def counted(self) -> Counter[str]:
        """How many there are of each label."""
        return Counter(dict(self.order_by().values_list("label__name").annotate(models.Count("pk"))))

    def locked(self, image: Image, classifier: Classifier) -> Sample:
        """The image's sample, made if it is missing, and held until the transaction ends."""
        made, _ = self.get_or_create(image=image, classifier=classifier)
        sample = self._held().get(pk=made.pk)
        sample.image, sample.classifier = image, classifier
        return sample

    def locked_all(self, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sample]:
        """Several, held in one order, so that two who take the same ones do not wait for each other."""
        held = self._held().select_related("image", "classifier", "label", "word_label", "suggestion")
        rows = held.defer("image__pixels", "image__strokes").filter(pk__in=ids).order_by("id")
        return {row.pk: row for row in rows}

    def _held(self) -> SampleQuerySet:
        return self.select_for_update(of=("self",)).select_related("label", "word_label")

    def of_predictions(self) -> SampleQuerySet:
        """To be used in a subquery of predictions: `correction` is the label that people gave in place of the answer, or null.

        The owner's own word comes before a reviewer's decision. An answer by a former name of the label is no other one.
        """
        former = Label.every.filter(became=OuterRef("label"), name=OuterRef(OuterRef("label")))
        decided = Q(state__in=LABELLED) & ~Q(label__name=OuterRef("label")) & ~Q(Exists(former))
        correction = Case(
            When(word=Verdict.CORRECTED, then=F("word_label__name")),
            When(decided, then=F("label__name")),
            output_field=models.CharField(null=True),
        )
        return self.filter(image=OuterRef("image"), classifier=OuterRef("classifier")).annotate(correction=correction)


class Sample(Held):
    """An image in one classifier: its current label and state, and beside them its owner's word, which decides nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="samples")
    classifier = models.ForeignKey(Classifier, on_delete=models.CASCADE, related_name="samples")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="samples")
    word = models.CharField(max_length=10, choices=Verdict.choices, blank=True, help_text="The owner's, if they gave one")
    word_label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    events = models.PositiveIntegerField(default=0, help_text="How many reviews there are of it, undone ones included")
    judged = models.BooleanField(default=False, help_text="A decision of reviewers on it stands")
    opinions = models.PositiveSmallIntegerField(default=0, help_text="How many reviewers' opinions on it stand")
    tied = models.BooleanField(default=False, help_text="It has all the opinions that it needs, and no majority")
    known = models.BooleanField(default=False, help_text="What it shows is certain: reviewers may be tried with it")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    suspicion = models.FloatField(null=True, blank=True, help_text="How probable it is that the label is wrong, 0 to 1")
    suspected = models.ForeignKey(
        Label, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="The label that was doubted so"
    )
    suspected_probability = models.FloatField(null=True, blank=True, help_text="What the network gives that label")
    suggestion = models.ForeignKey(
        Label, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="What it probably is, if not that"
    )
    suggestion_probability = models.FloatField(null=True, blank=True, help_text="What the network gives the suggestion")
    scored_by = models.ForeignKey("ModelVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    fingerprint = models.BigIntegerField(null=True, blank=True, help_text="Nearly the same for pictures that look alike")

    is_put = False  # but where somebody is tried with it: see Question.as_put
    rank: float  # this one comes with SampleQuerySet.in_queue_order

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

    @property
    def place(self) -> Place:
        """Where it stands in the queue; needs `rank`."""
        return Place(self.rank, self.changed_at, self.pk)

    @property
    def is_scored(self) -> bool:
        return self.suspicion is not None and self.suspected is not None and self.suspected == self.given

    @property
    def is_suspicious(self) -> bool:
        return self.is_scored and (self.suspicion or 0) >= SUSPICIOUS

    @property
    def is_doubted(self) -> bool:
        """As the database has it in `DOUBTED`."""
        return self.state == State.ACCEPTED and not self.judged and self.is_suspicious

    @property
    def suggested(self) -> Label | None:
        """What to call it instead, where its label is probably wrong."""
        return self.suggestion if self.is_suspicious else None

    @property
    def reason(self) -> str:
        """Why it is to be looked at, as a `Reason`, or nothing."""
        if self.tied:
            return Reason.TIED
        if self.word in DISPUTES:
            return Reason.REPORTED if self.word == Verdict.UNUSABLE else Reason.DISPUTED
        return Reason.SUSPECTED if self.is_suspicious else ""

    @property
    def opinions_so_far(self) -> str:
        """ "1 of 2 opinions", without what they are; nothing where one reviewer decides, or reviewers have."""
        needed = self.classifier.opinions
        if self.judged or needed == 1:
            return ""
        return f"{self.opinions} of {needed} opinions{', and no majority' if self.tied else ''}"

    @property
    def doubt(self) -> str:
        """The network's in words: "labelled cat; the model says dog 0.93, cat 0.01". Nothing where it has none."""
        if not self.is_suspicious or not self.suggestion:
            return ""
        says = f"{self.suggestion} {self.suggestion_probability:.2f}, {self.suspected} {self.suspected_probability:.2f}"
        return f"labelled {self.suspected}; the model says {says}"


class Place(NamedTuple):
    """A sample's in the queue, which it keeps in this form while the sample moves on."""

    rank: float
    changed_at: datetime
    id: uuid.UUID


def token(state: str, label: Label | None, events: int) -> str:
    return f"{state}:{label.name if label else ''}:{events}"
