"""Why an answer is what it is: asked for by a person, made by a worker. The row is the job here too."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from classifier.models.identifiers import uuid7
from classifier.models.leases import Leased, LeasedQuerySet
from classifier.models.predictions import PENDING, Guess, Prediction, Status

LEASE = timedelta(seconds=60)  # a version that answers no more is loaded first
MAX_ATTEMPTS = 3
MOST_WAITING = 20
"""Of one person's pictures so many may wait at once: who asks about every label keeps nobody else waiting for long."""
PATIENCE = timedelta(seconds=10)
KEPT_FOR = timedelta(days=30)
AGAIN_AFTER = timedelta(minutes=1)
CRASHED = "Three workers did not survive it. Tell the people who run the site."
LEAST_SHOWN = 0.005
NONE_KEPT = "No examples were kept of what this version was trained on."


@dataclass(frozen=True)
class Neighbour:
    """A known picture that the network finds alike: `alike` is 1 for the same. `image` is the site's id of somebody's picture.

    `picture` is the example itself, as the address of its data, where it came with a data set.
    """

    label: str
    alike: float
    image: uuid.UUID | None = None
    picture: str | None = None

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        return cls(**{**kept, "image": uuid.UUID(kept["image"]) if kept["image"] else None})

    def kept(self) -> dict[str, Any]:
        return {"label": self.label, "alike": self.alike, "image": str(self.image or ""), "picture": self.picture}


class ExplanationQuerySet(LeasedQuerySet["Explanation"]):
    def waiting(self) -> ExplanationQuerySet:
        """Those that nobody makes, and those whose worker has not come back within its lease."""
        lapsed = Q(status=Status.RUNNING, lease_until__lt=Now())
        return self.filter(Q(status=Status.QUEUED) | lapsed).order_by("id")

    def impatient(self) -> ExplanationQuerySet:
        """Those that have given way to predictions for long enough."""
        return self.filter(asked_at__lt=Now() - PATIENCE)

    def pending_about_the_same(self, prediction: Prediction) -> ExplanationQuerySet:
        """Those of pictures of the same person."""
        image = prediction.image
        return self.filter(status__in=PENDING, prediction__image__owner=image.owner_id, prediction__image__visitor=image.visitor)

    def worth_another_try(self) -> ExplanationQuerySet:
        return self.filter(status=Status.FAILED, finished_at__lt=Now() - AGAIN_AFTER)

    def ask(self) -> int:
        """Let a worker begin anew."""
        fresh = {"status": Status.QUEUED, "attempt": 0, "problem": "", "asked_at": Now(), "lease_until": None}
        return self.update(**fresh, finished_at=None)

    def fail(self, problem: str) -> int:
        return self.update(status=Status.FAILED, problem=problem, finished_at=Now(), lease_until=None)

    def for_showing(self) -> ExplanationQuerySet:
        """Without the picture, which has an address of its own."""
        return self.select_related("prediction__model_version__classifier").defer("heatmap", "prediction__model_version__card")

    def forget_old(self) -> None:
        """Whoever asks again has them made again."""
        self.exclude(status__in=PENDING).filter(asked_at__lt=Now() - KEPT_FOR).delete()


class Explanation(Leased):
    """Where in a picture the evidence for one label is, and which known pictures it is like."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="explanations")
    label = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    asked_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    heatmap = models.BinaryField(null=True, editable=False, help_text="A PNG")
    nearest = models.JSONField(default=list, blank=True, help_text="The nearest known pictures, the nearest first")
    of_label = models.JSONField(null=True, blank=True, help_text="The nearest with the label that was asked about")
    of_rival = models.JSONField(null=True, blank=True, help_text="The nearest with the rival's label")
    problem = models.TextField(blank=True, help_text="Why it could not be made")

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(status__in=["queued", "running"]), name="explanation_pending"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prediction", "label"], name="explanation_once_per_label"),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.status})"

    @property
    def pending(self) -> bool:
        return self.status in PENDING

    @property
    def rival(self) -> Guess | None:
        """The best guess that is another label, if the network made one."""
        return rival_of(self.prediction, self.label)

    @cached_property
    def neighbours(self) -> list[Neighbour]:
        return [Neighbour.of(one) for one in self.nearest]

    @property
    def sentence(self) -> str:
        """What the numbers say, in words."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if not self.neighbours:
            yield NONE_KEPT
        else:
            first = self.neighbours[0]
            yield f"Nearest example: {first.label} ({first.alike:.2f} alike)."
            if self.of_label and self.of_label != self.nearest[0]:
                yield f"The nearest {self.label} is {self.of_label['alike']:.2f} alike."
        if self.rival:
            yield self._about(self.rival)

    def _about(self, rival: Guess) -> str:
        called = "Runner-up" if self.prediction.label == self.label else "The best guess"
        nearest = f", whose nearest example is {self.of_rival['alike']:.2f} alike" if self.of_rival else ""
        probability = f"{rival.probability:.2f}" if rival.probability >= LEAST_SHOWN else "under 0.01"
        return f"{called}: {rival.label}, {probability}{nearest}."


def rival_of(prediction: Prediction, label: str) -> Guess | None:
    return next((guess for guess in prediction.ranked if guess.label != label), None)
