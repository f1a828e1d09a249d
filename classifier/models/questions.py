"""Samples whose answer is known, put to a reviewer as if they waited: so that it shows who decides without looking."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from classifier.models.classifiers import Classifier
from classifier.models.leases import HELD
from classifier.models.people import Person, User
from classifier.models.reviews import Review
from classifier.models.samples import Place, Sample
from classifier.models.verdicts import State, Verdict

AGREED = 2
"""So many opinions, and none against, make an answer known."""


class QuestionQuerySet(models.QuerySet["Question"]):
    def open_to(self, person: Person) -> QuestionQuerySet:
        """Those put to this person that they have not answered, or whose answer they took back."""
        if not isinstance(person, User):
            return self.none()
        answered = Review.objects.standing().filter(checks=True, by=person, sample=OuterRef("sample"))
        return self.filter(~Exists(answered), reviewer=person).select_related("sample__classifier")

    def put_lately(self, person: User, classifier: Classifier) -> QuestionQuerySet:
        """Those that this person may be looking at now."""
        return self.open_to(person).filter(sample__classifier=classifier, asked_at__gt=Now() - HELD).order_by("-asked_at")

    def seen_by(self, person: Person, sample: Sample) -> Sample:
        """The sample as this person is to see it: as it is, or as it was put to them."""
        question = self.open_to(person).filter(sample=sample).first() if sample.state != State.NEW else None
        if question is None:
            return sample
        question.sample = sample
        return question.as_put()

    def put_among(self, person: User, samples: Mapping[uuid.UUID, Sample]) -> dict[uuid.UUID, Sample]:
        """By id those of the samples that were put to this person, as they were."""
        put = {}
        for question in self.open_to(person).filter(sample__in=samples):
            question.sample = samples[question.sample_id]
            put[question.sample_id] = question.as_put()
        return put

    def known_to_try(self, person: User, classifier: Classifier) -> Sample | None:
        """Any sample of the classifier whose answer is known, but not by this person; None where there is none left."""
        mine = Review.objects.filter(sample=OuterRef("pk"), by=person)
        put = self.filter(sample=OuterRef("pk"), reviewer=person)
        against = Review.objects.opinions().filter(_against(), sample=OuterRef("pk"))
        agreed = Q(judged=True, opinions__gte=AGREED) & ~Exists(against)
        known = Sample.objects.filter(Q(known=True) | agreed, classifier=classifier).exclude(state=State.NEW)
        return known.filter(~Exists(mine), ~Exists(put)).exclude(image__owner=person).order_by("?").first()


def _against() -> Q:
    """An opinion other than what became of its sample."""
    unusable, excluded = Q(verdict=Verdict.UNUSABLE), Q(sample__state=State.EXCLUDED)
    agrees = Q(label=F("sample__label")) | Q(label__became=F("sample__label"))
    return unusable & ~excluded | ~unusable & (excluded | ~agrees)


class Question(models.Model):
    """A sample with a known answer, put to a reviewer once, in front of the one that stood at `rank` and `placed_at`."""

    reviewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="questions")
    rank = models.FloatField()
    placed_at = models.DateTimeField()
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reviewer", "sample"], name="question_once_for_each_reviewer"),
        ]

    def __str__(self) -> str:
        return f"{self.sample} for {self.reviewer}"

    @property
    def place(self) -> Place:
        return Place(self.rank, self.placed_at, self.sample_id)

    def as_put(self) -> Sample:
        """The sample as it was before anybody decided it, in today's words, never to be saved."""
        sample = copy.copy(self.sample)
        if decided := sample.reviews.filter(decides=True).select_related("old_label__became").order_by("number").first():
            sample.state, sample.label = decided.old_state, decided.old_label and decided.old_label.today
        sample.judged, sample.opinions, sample.tied, sample.known = False, 0, False, False
        sample.rank, sample.changed_at, sample.is_put = self.rank, self.placed_at, True
        return sample
