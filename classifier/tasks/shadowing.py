"""Letting candidates answer unseen what people were answered, in a thread of its own and after them.

Each worker asks about what it has answered itself. What it does not come to is forgotten: a shadow needs many pictures, not all.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from classifier.actions.record_shadow import record_shadow
from classifier.ml.handover import BadCard
from classifier.models import Guess, ModelVersion, Prediction
from classifier.tasks import predicting
from classifier.tasks.loading import Networks, networks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.ml.inference import Recognizer

LOOK_EVERY_S = 1.0
AT_A_TIME = 16
"""What a network takes in one call. Under load it is the share that is asked about: so many a second."""
SHARE = 0.05
"""Of a worker's time, at most: on a machine that is short of it a call may take a second."""
HELD = 3
"""So many candidates are asked at once, those that began last. Their networks push none out that answer people."""

logger = logging.getLogger(__name__)
_networks = Networks(HELD)
_rests_until = 0.0


class Shown(NamedTuple):
    """Predictions of one classifier whose pictures could be read, and these as the candidate takes them."""

    predictions: Sequence[Prediction]
    inputs: NDArray[np.uint8]


def shadow_answered() -> None:
    """A call's worth in any case, and all that is left while nobody waits for an answer; then a rest."""
    global _rests_until
    if time.monotonic() < _rests_until:
        return
    shadows = _loaded()
    started = time.monotonic()
    _ask(shadows)
    _rests_until = time.monotonic() + (time.monotonic() - started) * (1 / SHARE - 1)


def _loaded() -> list[ModelVersion]:
    """Those whose networks are there; of what cannot be loaded it is noted, which ends it."""
    shadows, loaded = ModelVersion.objects.shadowing().order_by("-shadows_since")[:HELD], []
    for version in shadows:
        with suppress(BadCard):
            _networks.ready(version)
            loaded.append(version)
    _networks.keep_only([version.pk for version in loaded])
    return loaded


def _ask(shadows: Sequence[ModelVersion]) -> None:
    if not shadows:
        predicting.just_answered.clear()
    while taken := _take():
        for version in shadows:
            _shadow(version, taken)
        if predicting.somebody_waits():
            return


def _take() -> list[uuid.UUID]:
    """The newest, since under load not all are come to."""
    taken: list[uuid.UUID] = []
    with suppress(IndexError):
        while len(taken) < AT_A_TIME:
            taken.append(predicting.just_answered.pop())
    return taken


def _shadow(version: ModelVersion, ids: Sequence[uuid.UUID]) -> None:
    shown = _shown(version, ids)
    if not shown.predictions:
        return
    network = _networks.ready(version)
    started = time.perf_counter()
    answers = network.answers(shown.inputs, version.classifier.words())
    took_ms = (time.perf_counter() - started) * 1000
    best = [Guess(*answer.guesses[0]) for answer in answers]
    guesses = dict(zip([row.pk for row in shown.predictions], best, strict=True))
    record_shadow(version=version, guesses=guesses, live_ms=_live_ms(version, shown), shadow_ms=took_ms)


def _shown(version: ModelVersion, ids: Sequence[uuid.UUID]) -> Shown:
    """Those that were answered, by another version, since this one shadows."""
    since = {"finished_at__gte": version.shadows_since, "classifier": version.classifier_id}
    found = Prediction.objects.answered().filter(pk__in=ids, **since).exclude(model_version=version)
    readable, inputs = [], []
    for prediction in found.select_related("image", "model_version"):
        try:
            inputs.append(prediction.image.network_input(version.input))
            readable.append(prediction)
        except Exception:
            logger.exception("Image %s cannot be prepared for %s", prediction.image_id, version)
    return Shown(readable, np.stack(inputs) if inputs else np.empty(0, np.uint8))


def _live_ms(version: ModelVersion, shown: Shown) -> float | None:
    """What the live version takes with the same pictures; None where they are not its own form, or somebody waits."""
    live = shown.predictions[0].model_version
    network: Recognizer | None = networks.held(live.pk) if live and live.input == version.input else None
    if network is None or predicting.somebody_waits():
        return None
    started = time.perf_counter()
    network.answers(shown.inputs)
    return (time.perf_counter() - started) * 1000
