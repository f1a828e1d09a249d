"""Answering predictions: claim a batch, recognise it, record it, until nothing waits."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from celery import shared_task

from classifier import dispatch
from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.ml.handover import BadCard
from classifier.models import Guess, ModelVersion, Prediction
from classifier.tasks.loading import networks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.ml.inference import Recognizer

BATCH = 64
AT_A_TIME_S = 2.0
REMEMBERED = 256
NO_MODEL = ("no_model", "This classifier has no trained network yet. Choose another classifier.")
BROKEN_MODEL = ("model_unavailable", "The network's files are damaged. Ask the people who run the site to restore them.")
BAD_IMAGE = ("bad_image", "The picture could not be read. Send it in another format.")

logger = logging.getLogger(__name__)
_answering = threading.Lock()
just_answered: deque[uuid.UUID] = deque(maxlen=REMEMBERED)
"""The predictions that this process has answered and that nobody has asked a candidate about, the newest last."""


def worker_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


@shared_task(name=dispatch.PREDICT_PENDING)
def predict_pending() -> None:
    """The hint's task. What a single call leaves undone is left to the next hint."""
    if answer_pending():
        dispatch.wake_predictors()


def answer_pending() -> bool:
    """Answer what waits, for two seconds at most. Returns whether more may be waiting."""
    if not _answering.acquire(blocking=False):
        return False
    try:
        until = time.monotonic() + AT_A_TIME_S
        while claimed := claim_predictions(worker=worker_name(), limit=BATCH):
            _answer(claimed)
            if time.monotonic() > until:
                return True
        return False
    finally:
        _answering.release()


def _answer(claimed: list[Prediction]) -> None:
    outcomes: list[Outcome] = []
    for version, predictions in _by_live_version(claimed):
        try:
            outcomes += _recognized(version, predictions) if version else _failed(predictions, NO_MODEL)
        except BadCard:
            outcomes += _failed(predictions, BROKEN_MODEL)
    record_predictions(outcomes=outcomes)
    just_answered.extend(outcome.prediction.pk for outcome in outcomes if not outcome.error)


def somebody_waits() -> bool:
    return _answering.locked() or Prediction.objects.waiting().exists()


def _failed(predictions: list[Prediction], error: tuple[str, str]) -> list[Outcome]:
    return [Outcome(prediction=prediction, error=error) for prediction in predictions]


def _by_live_version(claimed: list[Prediction]) -> Iterable[tuple[ModelVersion | None, list[Prediction]]]:
    for classifier in {prediction.classifier for prediction in claimed}:
        mine = [prediction for prediction in claimed if prediction.classifier_id == classifier.pk]
        yield ModelVersion.objects.live_for(classifier), mine


def _recognized(live: ModelVersion, predictions: list[Prediction]) -> list[Outcome]:
    version, recognizer = networks.answering(live)
    outcomes, readable, inputs = [], [], []
    for prediction in predictions:
        try:
            inputs.append(prediction.image.network_input(version.input))
            readable.append(prediction)
        except Exception:
            logger.exception("Image %s cannot be prepared", prediction.image_id)
            outcomes += _failed([prediction], BAD_IMAGE)
    if readable:
        outcomes += _outcomes(version, recognizer, readable, np.stack(inputs))
    return outcomes


def _outcomes(
    version: ModelVersion, recognizer: Recognizer, predictions: list[Prediction], inputs: NDArray[np.uint8]
) -> list[Outcome]:
    """In today's words: a version knows those of its own time."""
    answers = recognizer.answers(inputs, predictions[0].classifier.words())
    return [
        Outcome(
            prediction=prediction,
            model_version=version,
            guesses=[Guess(*guess) for guess in (*answer.guesses, *answer.runners_up)],
            unsure=answer.unsure,
            features=answer.features,
        )
        for prediction, answer in zip(predictions, answers, strict=True)
    ]


def warm_up() -> None:
    """Load and compile what answers for every classifier."""
    for version in ModelVersion.objects.live():
        try:
            networks.answering(version)
        except BadCard:
            logger.warning("Nothing can answer for %s", version.classifier)
