"""Answer with a trained network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from classifier.ml import calibration
from classifier.ml.handover import BadCard, Card
from classifier.ml.pixels import has_ink
from classifier.ml.training import BITMAP_SHAPE, build

BATCH = 16
"""Rows in every call, filled up with blanks: one compiled shape, and no picture's answer depends on its neighbours."""


SHOWN_GUESSES = 3


@dataclass(frozen=True)
class Answer:
    """The best labels with their probabilities (6 decimals), best first, and whether that is no more than a guess."""

    guesses: list[tuple[str, float]]
    unsure: bool


class Recognizer:
    """A loaded artifact. The first call is as fast as any other: it is compiled and warm when the constructor returns."""

    def __init__(self, artifact: Path) -> None:
        """Raises handover.BadCard if the artifact is incomplete or was altered."""
        self.card = Card.load(artifact)
        weights = self.card.check_weights(artifact)
        try:
            model = build(self.card.network, self.card.network_options, len(self.card.labels))
            model.load_weights(weights)
        except (KeyError, TypeError, ValueError) as error:  # all that Keras says of weights that are another network's
            raise BadCard(f"{artifact} cannot be loaded: {error}") from error
        signature = tf.TensorSpec((BATCH, *BITMAP_SHAPE), tf.uint8)
        self._logits = tf.function(lambda batch: model(batch, training=False), input_signature=[signature])
        self.probabilities(np.zeros((1, *BITMAP_SHAPE[:2]), dtype=np.uint8))

    def probabilities(self, bitmaps: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Bitmaps (n, 28, 28), ink 255, to calibrated probabilities (n, labels), rows summing to one."""
        chunks = [self._chunk(bitmaps[at : at + BATCH]) for at in range(0, len(bitmaps), BATCH)]
        return calibration.softmax(np.concatenate(chunks) / self.card.temperature)

    def answers(self, bitmaps: NDArray[np.uint8]) -> list[Answer]:
        """What to say of bitmaps (n, 28, 28): of one without ink, and under the card's threshold, that it is not sure."""
        rows = self.probabilities(bitmaps)
        return [self._answer(bitmap, row) for bitmap, row in zip(bitmaps, rows, strict=True)]

    def _answer(self, bitmap: NDArray[np.uint8], row: NDArray[np.float64]) -> Answer:
        best = np.argsort(-row, kind="stable")[:SHOWN_GUESSES]
        guesses = [(self.card.labels[index], round(float(row[index]), 6)) for index in best]
        return Answer(guesses, unsure=not has_ink(bitmap) or guesses[0][1] < self.card.unsure_below)

    def _chunk(self, bitmaps: NDArray[np.uint8]) -> NDArray[np.float32]:
        full = np.zeros((BATCH, *BITMAP_SHAPE), dtype=np.uint8)
        full[: len(bitmaps), ..., 0] = bitmaps
        logits: NDArray[np.float32] = self._logits(tf.constant(full)).numpy()
        return logits[: len(bitmaps)]
