"""Candidates whose networks answer what a test says, and what they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from django.utils import timezone

from classifier.models import ModelVersion, Prediction, ShadowAnswer
from classifier.tasks.loading import Networks
from tests.factories import make_answer


class Said(NamedTuple):
    guesses: list[tuple[str, float]]


@dataclass
class Network:
    """Finds `label` in everything, in the words that it is given; `calls` has the number of pictures of each call."""

    label: str
    calls: list[int] = field(default_factory=list)

    def answers(self, inputs: np.ndarray[Any, Any], words: Mapping[str, str] | None = None) -> list[Said]:
        self.calls.append(len(inputs))
        return [Said([((words or {}).get(self.label, self.label), 0.7), ("bird", 0.2)])] * len(inputs)


class Holding(Networks):
    """The one network for every version, as though it were loaded."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network: Any = network

    def ready(self, version: ModelVersion) -> Any:
        return self.network

    def held(self, id: object) -> Any:
        return self.network


def answered_now(version: ModelVersion, **fields: Any) -> Prediction:
    """By `version`, cat unless told otherwise."""
    return make_answer(model_version=version, finished_at=timezone.now(), **fields)


def make_shadow_answer(prediction: Prediction, version: ModelVersion, label: str = "dog", **fields: Any) -> ShadowAnswer:
    given = {"label": label, "probability": 0.7, "differs": label != prediction.label, **fields}
    return ShadowAnswer.objects.create(prediction=prediction, version=version, **given)
