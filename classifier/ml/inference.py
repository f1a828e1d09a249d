"""Answer with a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from classifier.ml import calibration, views
from classifier.ml.building import build
from classifier.ml.calibration import Probabilities
from classifier.ml.handover import INPUTS, BadCard, Card
from classifier.ml.pixels import has_ink, is_plain
from classifier.ml.wording import Wording

BATCH = 16
"""Rows in every call, filled up with blanks: one compiled shape, and no picture's answer depends on its neighbours."""


SHOWN_GUESSES, KEPT_GUESSES = 3, 5
MOST_FEATURES = 512


@dataclass(frozen=True)
class Answer:
    """The best labels with their probabilities (6 decimals), best first, and whether that is no more than a guess.

    `runners_up` are the next best, for who looks closely. `features` is what the last layer read of the picture, as float16;
    empty of a network whose last layer reads too much.
    """

    guesses: list[tuple[str, float]]
    unsure: bool
    runners_up: Sequence[tuple[str, float]] = ()
    features: bytes = b""


class Recognizer:
    """A loaded artifact. The first call is as fast as any other: it is compiled and warm when the constructor returns."""

    def __init__(self, artifact: Path) -> None:
        """Raises handover.BadCard if the artifact is incomplete or was altered."""
        self.card = Card.load(artifact)
        weights = self.card.check_weights(artifact)
        try:
            model = build(self.card.network, self.card.network_options, self.card.input, len(self.card.labels))
            model.load_weights(weights)
        except (KeyError, TypeError, ValueError) as error:  # all that Keras says of weights that are another network's
            raise BadCard(f"{artifact} cannot be loaded: {error}") from error
        form = INPUTS[self.card.input]
        self._blank = np.zeros((BATCH, *form.shape), dtype=form.dtype)
        signature = tf.TensorSpec(self._blank.shape, self._blank.dtype)
        reads = keras.layers.Concatenate(dtype="float32")([model.output, model.layers[-1].input])
        looking = keras.Model(model.inputs, reads)
        self._network = tf.function(lambda batch: looking(batch, training=False), input_signature=[signature])
        self.probabilities(self._blank[:1])

    def probabilities(self, inputs: NDArray[Any], *, looks: int | None = None) -> NDArray[np.float64]:
        """Inputs (n, *shape of the card's form; a last axis of 1 may be left out) to calibrated probabilities (n, labels).

        Each is looked at as often as the card says, or in so many `looks` (see `views.average`).
        """
        return self._seen(inputs, looks or self.card.views)[0]

    def embeddings(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        """Inputs as above to what the last layer decides by, at one look: (n, d), each of length 1.

        Their products are how alike two pictures are to the network: 1 for the same, 0 where they have nothing in common.
        """
        features = self._seen(inputs, looks=1)[1]
        lengths = np.linalg.norm(features, axis=1, keepdims=True)
        return np.asarray(features / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)

    def answers(self, inputs: NDArray[Any], words: Mapping[str, str] | None = None) -> list[Answer]:
        """What to say of inputs as above: of one that shows nothing, and under the card's threshold, that it is not sure.

        `words` are today's names by those that the card still has.
        """
        wording = Wording.of(self.card.labels, words or {})
        probabilities, features = self._seen(inputs, self.card.views)
        rows = zip(inputs, wording.summed(probabilities), features, strict=True)
        return [self._answer(*row, wording.names) for row in rows]

    def _seen(self, inputs: NDArray[Any], looks: int) -> tuple[NDArray[np.float64], NDArray[np.floating]]:
        """The probabilities (n, labels), and what the last layer read (n, d)."""
        shaped = inputs.reshape(-1, *self._blank.shape[1:])
        logits, features = np.split(views.average(self._outputs, shaped, looks), [len(self.card.labels)], axis=1)
        return calibration.softmax(logits / self.card.temperature), features

    def _answer(self, picture: NDArray[Any], row: Probabilities, features: NDArray[np.floating], names: Sequence[str]) -> Answer:
        best = np.argsort(-row, kind="stable")[:KEPT_GUESSES]
        kept = [(names[index], round(float(row[index]), 6)) for index in best]
        guesses, runners_up = kept[:SHOWN_GUESSES], kept[SHOWN_GUESSES:]
        unsure = self._shows_nothing(picture) or guesses[0][1] < self.card.unsure_below
        seen = features.astype(np.float16).tobytes() if len(features) <= MOST_FEATURES else b""
        return Answer(guesses, unsure, runners_up, seen)

    def _shows_nothing(self, picture: NDArray[Any]) -> bool:
        return not has_ink(picture) if self.card.kind == "drawing" else is_plain(picture)

    def _outputs(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        chunks = [self._chunk(inputs[at : at + BATCH]) for at in range(0, len(inputs), BATCH)]
        return np.concatenate(chunks)

    def _chunk(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        full = self._blank.copy()
        full[: len(inputs)] = inputs
        outputs: NDArray[np.float32] = self._network(tf.constant(full)).numpy()
        return outputs[: len(inputs)]
