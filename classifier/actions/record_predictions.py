"""Write down what a worker found, if the prediction is still its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from classifier.models import Guess, ModelVersion, Prediction, Status
from classifier.models.predictions import SETTLED
from classifier.models.waiting import announce_settled


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A worker's result for one claimed prediction: ranked guesses, or an error's code and message."""

    prediction: Prediction
    model_version: ModelVersion | None = None
    guesses: Sequence[Guess] = ()
    unsure: bool = False
    features: bytes = b""
    error: tuple[str, str] | None = None

    def fields(self) -> dict[str, Any]:
        if self.error:
            code, message = self.error
            return {"status": Status.FAILED, "error_code": code, "error_message": message}
        return {
            "status": Status.SUCCEEDED,
            "model_version": self.model_version,
            "guesses": [{"label": guess.label, "probability": guess.probability} for guess in self.guesses],
            "label": self.guesses[0].label,
            "probability": self.guesses[0].probability,
            "unsure": self.unsure,
            "features": self.features or None,
        }


def record_predictions(*, outcomes: Sequence[Outcome]) -> list[Prediction]:
    """Settle the batch in one transaction; returns those that went to another worker meanwhile.

    The attempt is the fencing token: a worker that lost its lease changes nothing.
    """
    overtaken = []
    with transaction.atomic():
        for outcome in outcomes:
            mine = Prediction.objects.filter(pk=outcome.prediction.pk, attempt=outcome.prediction.attempt, status=Status.RUNNING)
            if not mine.update(**outcome.fields(), **SETTLED):
                overtaken.append(outcome.prediction)
        announce_settled([outcome.prediction.pk for outcome in outcomes])
    return overtaken
