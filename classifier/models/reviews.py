"""What people said, in the order in which they said it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from classifier.models.classifiers import Label
from classifier.models.identifiers import uuid7
from classifier.models.people import User
from classifier.models.samples import Sample, token
from classifier.models.verdicts import UNSAID, Decision, State, Verdict, Word
from classifier.models.versions import ModelVersion

NOTED = ("events", "opinions", "tied", "held_by", "held_until")
"""What changes of a sample that stays what it is, and where it is in the queue."""


class ReviewQuerySet(models.QuerySet["Review"]):
    def standing(self) -> ReviewQuerySet:
        """Verdicts that nobody has taken back."""
        # not `undoes=None`: SQLite takes a unique column to have one row without a value, and would read nearly all rows by it
        return self.exclude(verdict=Verdict.UNDONE).filter(undone_by=None)

    def newest_first(self) -> ReviewQuerySet:
        return self.order_by("-number")

    def for_showing(self) -> ReviewQuerySet:
        """With all that showing them needs, but not the pixels."""
        around = ("sample__image", "sample__classifier", "label", "old_label", "new_label", "by", "undone_by")
        return self.select_related(*around).defer("sample__image__pixels", "sample__image__strokes")

    def last_word(self) -> Word:
        """The owner's, as these events leave it."""
        last = self.standing().filter(own=True).newest_first().select_related("label").first()
        return Word(last.verdict, last.label) if last else UNSAID

    def opinions(self) -> ReviewQuerySet:
        """Those of several reviewers that still stand, in the order in which they were given."""
        return self.standing().filter(one_of__gt=0).order_by("number")

    def of_reviewers(self) -> ReviewQuerySet:
        """What was said by somebody as a reviewer, whatever came of it."""
        return self.filter(Q(decides=True) | Q(one_of__isnull=False) | Q(checks=True))

    def final(self) -> ReviewQuerySet:
        """Those that decided alone."""
        return self.filter(decides=True, one_of=None)

    def takeable_by(self, reviewer: User) -> ReviewQuerySet:
        """Those that they gave, and decisions; not what others think."""
        return self.of_reviewers().filter(Q(by=reviewer) | Q(one_of=None, checks=False))

    def append(self, sample: Sample, *, decision: Decision | None, word: Word | None, **event: Any) -> Review:
        """One more event of a sample that is locked; the sample becomes what the event makes of it."""
        old = sample.decision
        if decision:
            sample.state, sample.label = decision.state, decision.label and decision.label.today
        if word:
            sample.word, sample.word_label = word.verdict, word.label and word.label.today
        sample.events += 1
        before = {"old_state": old.state, "old_label": old.label}
        after = {"new_state": sample.state, "new_label": sample.label}
        roles = {"own": word is not None, "decides": decision is not None}
        review = self.create(sample=sample, number=sample.events, **roles, **before, **after, **event)
        if review.decides or review.one_of:
            self._count(sample, review)
            sample.held_by = sample.held_until = None
        sample.save(update_fields=None if decision or word else NOTED)
        return review

    def _count(self, sample: Sample, last: Review) -> None:
        """What the events, of which this is the last, make of it: decided, open or tied."""
        counts = sample.opinions or last.one_of
        given = list(self.opinions().filter(sample=sample)) if counts else []
        stands = last.decides and last.undoes is None
        sample.judged = stands or self.standing().final().filter(sample=sample).exists() or majority(given, sample) is not None
        sample.opinions = len(given)
        sample.tied = not sample.judged and is_enough(given)


def is_enough(given: Sequence[Review]) -> bool:
    """Whether these opinions are as many as the last of them needs."""
    return bool(given) and len(given) >= (given[-1].one_of or 1)


def majority(given: Sequence[Review], sample: Sample) -> Decision | None:
    """What more than half of these opinions make of the sample; None before there are enough, or where no half agrees."""
    if not is_enough(given):
        return None
    (label, number), *_ = Counter(opinion.label_today for opinion in given).most_common(1)
    if 2 * number <= len(given):
        return None
    if label is None:
        return Decision(State.EXCLUDED, sample.label)
    confirmed = any(opinion.verdict == Verdict.CONFIRMED for opinion in given if opinion.label_today == label)
    return Decision(State.ACCEPTED if confirmed else State.CORRECTED, label)


class Review(models.Model):
    """A verdict on an image in one classifier. Appended; taken back by another one; gone only with its image."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField(help_text="Its place among the sample's reviews")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="reviews")
    own = models.BooleanField(help_text="The word of the person whose image it is")
    decides = models.BooleanField(help_text="With it reviewers made the sample what it is")
    one_of = models.PositiveSmallIntegerField(null=True, blank=True, help_text="An opinion, of so many that decide together")
    checks = models.BooleanField(default=False, help_text="On a known answer: it tells of who gave it, and changes nothing")
    old_state = models.CharField(max_length=10, choices=State.choices)
    old_label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    new_state = models.CharField(max_length=10, choices=State.choices)
    new_label = models.ForeignKey(Label, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews", help_text="Whose answer was judged"
    )
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by")
    together = models.UUIDField(null=True, blank=True, db_index=True, help_text="The same for all that was said in one go")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["by", "one_of"], condition=Q(one_of__isnull=False), name="review_opinions"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "number"], name="review_number_unique_in_sample"),
            models.CheckConstraint(
                condition=Q(verdict__in=[Verdict.CONFIRMED, Verdict.CORRECTED], label__isnull=False)
                | Q(verdict__in=[Verdict.UNUSABLE, Verdict.UNDONE], label=None),
                name="review_with_its_label",
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.UNDONE, undoes__isnull=False) | (~Q(verdict=Verdict.UNDONE) & Q(undoes=None)),
                name="review_undone_names_another",
            ),
            models.CheckConstraint(
                condition=Q(own=True) | Q(decides=True) | Q(one_of__isnull=False) | Q(checks=True),
                name="review_by_owner_or_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(checks=False) | Q(own=False, decides=False, one_of=None), name="review_that_checks_changes_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.label or ''}".strip()

    @property
    def label_today(self) -> Label | None:
        """What it has become since."""
        return self.label and self.label.today

    @property
    def before(self) -> Decision:
        return Decision(self.old_state, self.old_label)

    @property
    def seen(self) -> str:
        """The sample's token after this event."""
        return token(self.new_state, self.new_label, self.number)

    @property
    def undone(self) -> bool:
        return hasattr(self, "undone_by")

    @property
    def role(self) -> str:
        """In which its giver spoke: owner, reviewer, or "check" as a reviewer who was tried."""
        if self.checks:
            return "check"
        return "reviewer" if self.decides or self.one_of else "owner"

    def followers(self) -> ReviewQuerySet:
        """Standing verdicts that came after it and rest on it: words on words, decisions on decisions and on opinions."""
        same = Q(own=True) if self.own else Q(pk=None)
        if self.decides or self.one_of:
            same |= Q(decides=True, one_of=None)
        return self.sample.reviews.standing().filter(same, number__gt=self.number)
