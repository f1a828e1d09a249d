"""What people said, in the order in which they said it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from classifier.models.classifiers import Label
from classifier.models.identifiers import uuid7
from classifier.models.people import User
from classifier.models.samples import UNSAID, Decision, Sample, State, Verdict, Word, token
from classifier.models.versions import ModelVersion


class ReviewQuerySet(models.QuerySet["Review"]):
    def standing(self) -> ReviewQuerySet:
        """Verdicts that nobody has taken back."""
        return self.filter(undoes=None, undone_by=None)

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

    def append(self, sample: Sample, *, decision: Decision | None, word: Word | None, **event: Any) -> Review:
        """One more event of a sample that is locked; the sample becomes what the event makes of it."""
        old = sample.decision
        if decision:
            sample.state, sample.label = decision.state, decision.label and decision.label.today
            sample.judged = self._judged(sample, event.get("undoes"))
            sample.held_by = sample.held_until = None
        if word:
            sample.word, sample.word_label = word.verdict, word.label and word.label.today
        sample.events += 1
        sample.save()
        before = {"old_state": old.state, "old_label": old.label}
        after = {"new_state": sample.state, "new_label": sample.label}
        roles = {"own": word is not None, "decides": decision is not None}
        return self.create(sample=sample, number=sample.events, **roles, **before, **after, **event)

    def _judged(self, sample: Sample, undone: Review | None) -> bool:
        """Whether a decision stands once this one is made, or that one undone."""
        return undone is None or self.standing().filter(sample=sample, decides=True).exclude(pk=undone.pk).exists()


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
    decides = models.BooleanField(help_text="A reviewer's: it makes the sample what it is")
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
            models.CheckConstraint(condition=Q(own=True) | Q(decides=True), name="review_by_owner_or_reviewer"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.label or ''}".strip()

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

    def followers(self) -> ReviewQuerySet:
        """Standing verdicts that came after it in the same capacity, and so rest on it."""
        same = Q(own=True) if self.own else Q()
        if self.decides:
            same |= Q(decides=True)
        return self.sample.reviews.standing().filter(same, number__gt=self.number)
