"""What a candidate answered, unseen by those who asked, about the same pictures as the live version."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import Count, Q

from classifier.models.identifiers import uuid7
from classifier.models.images import ImageQuerySet
from classifier.models.predictions import Prediction
from classifier.models.versions import ModelVersion

TIMED = 500
"""So many of the latest answers say how fast it is."""
SHOWN_PAIRS, SHOWN_PICTURES = 30, 24


class Pair(NamedTuple):
    """So many pictures that were answered with `live`, and by the candidate with `shadow`."""

    live: str
    shadow: str
    pictures: int


class Speed(NamedTuple):
    """Median milliseconds of a call with the same pictures, one after the other in the same process."""

    live_ms: float
    shadow_ms: float

    @property
    def times(self) -> float:
        return self.shadow_ms / self.live_ms


class ShadowAnswerQuerySet(models.QuerySet["ShadowAnswer"]):
    def of(self, version: ModelVersion) -> ShadowAnswerQuerySet:
        return self.filter(version=version)

    def differing(self) -> ShadowAnswerQuerySet:
        return self.filter(differs=True)

    def pairs(self) -> list[Pair]:
        """What was answered differently, in the words of then."""
        counted = self.differing().values_list("prediction__label", "label").annotate(pictures=Count("pk"))
        return [Pair(*row) for row in counted.order_by()]

    def without(self, pairs: Iterable[Pair]) -> ShadowAnswerQuerySet:
        return self.exclude(Q(*(Q(prediction__label=pair.live, label=pair.shadow) for pair in pairs), _connector=Q.OR))

    def about(self, images: ImageQuerySet) -> ShadowAnswerQuerySet:
        """The newest first, with all that showing them needs, but not the pixels."""
        related = self.filter(prediction__image__in=images).select_related("prediction__image")
        return related.defer("prediction__image__pixels", "prediction__image__strokes").order_by("-pk")

    def speed(self) -> Speed | None:
        """None where no call of both was timed."""
        timed = self.filter(live_ms__isnull=False, shadow_ms__isnull=False).order_by("-pk")
        rows = list(timed.values_list("live_ms", "shadow_ms")[:TIMED])
        return Speed(*(statistics.median(column) for column in zip(*rows, strict=True))) if rows else None


class ShadowAnswer(models.Model):
    """A candidate's best guess beside an answered prediction. Gone with the prediction, and so with the image."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="shadow_answers")
    label = models.CharField(max_length=100)
    probability = models.FloatField()
    differs = models.BooleanField(help_text="From the label that the person was answered with")
    live_ms = models.FloatField(null=True, blank=True, help_text="What a call of the live version took with the same pictures")
    shadow_ms = models.FloatField(null=True, blank=True, help_text="What the call took that this answer came of")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ShadowAnswerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["version"], condition=Q(differs=True), name="shadow_that_differs")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "prediction"], name="shadow_once_per_version_and_prediction"),
        ]

    def __str__(self) -> str:
        return f"{self.label} by {self.version_id}"


@dataclass(frozen=True)
class ShadowReport:
    """What came of asking a candidate: about how many pictures, how many answers differ, which, and where that can be seen."""

    asked: int
    differing: int
    pairs: Sequence[Pair]
    speed: Speed | None
    pictures: Sequence[ShadowAnswer]

    @classmethod
    def of(cls, version: ModelVersion, images: ImageQuerySet) -> ShadowReport:
        """The most frequent pairs, and the latest pictures that differ and are among `images`.

        In today's words: what was called differently and means the same since a merge differs no more.
        """
        answers, words = ShadowAnswer.objects.of(version), version.classifier.words()
        kept = answers.pairs()
        pairs = _in_words(kept, words)
        one_by_now = [pair for pair in kept if words.get(pair.live, pair.live) == words.get(pair.shadow, pair.shadow)]
        return cls(
            asked=answers.count(),
            differing=sum(pair.pictures for pair in pairs),
            pairs=pairs[:SHOWN_PAIRS],
            speed=answers.speed(),
            pictures=list(answers.differing().without(one_by_now).about(images)[:SHOWN_PICTURES]),
        )

    @property
    def percent(self) -> str:
        return f"{100 * self.differing / self.asked:.1f}" if self.asked else ""


def _in_words(pairs: Iterable[Pair], words: Mapping[str, str]) -> list[Pair]:
    """Those that differ, the most frequent first."""
    found = Counter[tuple[str, str]]()
    for pair in pairs:
        found[words.get(pair.live, pair.live), words.get(pair.shadow, pair.shadow)] += pair.pictures
    differing = [Pair(*names, pictures) for names, pictures in found.items() if names[0] != names[1]]
    return sorted(differing, key=lambda pair: (-pair.pictures, pair.live, pair.shadow))
