"""Where in a picture a network finds what speaks for a label: what it would think of it were one place after the other hidden.

Occlusion (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks") asks nothing of a network but its
answers, so it serves every one that reads a picture, whatever it is built of: `docs/decisions/heat-maps.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml.wording import Wording

if TYPE_CHECKING:
    from classifier.ml.inference import Recognizer

Heat = NDArray[np.float32]

CELL = 4
AROUND = 2
"""Each cell of so many pixels is hidden with a margin, 8 by 8 together: less, and the network sees what it was by its ends."""
LEAST_CHANGE = 0.05
"""A place without which the odds are 95 % of what they were says nothing: noise would else be blown up to a whole map."""
SUREST = 1e-9


class NoHeatMap(ValueError):
    """The network reads something in which there are no places."""


def heat_map(recognizer: Recognizer, picture: NDArray[np.uint8], label: str, words: Mapping[str, str] | None = None) -> Heat:
    """How much each place of `picture` (h, w) or (h, w, c), as the network takes it, speaks for `label`: (h, w) in 0..1.

    The place without which the label would lose most has 1; what says nothing or speaks against it has 0. All are 0 where
    nothing speaks for it. What it loses is measured in odds (their logarithms), which still fall where the network is sure.
    `words` are today's names by the former ones: by either a label is known, and what means the same now is one.
    Raises NoHeatMap for what reads strokes, ValueError for a label that it does not know.
    """
    if recognizer.card.input == "sequence":
        raise NoHeatMap("This network reads how a drawing was made, in which there are no places to show.")
    wording, today = Wording.of(recognizer.card.labels, words or {}), (words or {}).get(label, label)
    if today not in wording.names:
        raise ValueError(f"This network does not know {label!r}.")
    hidden = _hidden(picture, 0 if recognizer.card.kind == "drawing" else _mean_colour(picture))
    answers = wording.summed(recognizer.probabilities(np.concatenate([picture[None], hidden]), looks=1))
    likely = answers[:, wording.names.index(today)].clip(SUREST, 1 - SUREST)
    odds = np.log(likely / (1 - likely))
    height, width = picture.shape[:2]
    return _spread((odds[0] - odds[1:]).reshape(-(-height // CELL), -(-width // CELL)), width, height)


def _mean_colour(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    mean: NDArray[np.uint8] = picture.mean(axis=(0, 1)).astype(np.uint8)
    return mean


def _hidden(picture: NDArray[np.uint8], behind: Any) -> NDArray[np.uint8]:
    """The picture once for each cell, row by row, with `behind` in its place."""
    height, width = picture.shape[:2]
    corners = [(top, left) for top in range(0, height, CELL) for left in range(0, width, CELL)]
    pictures = np.repeat(picture[None], len(corners), axis=0)
    for one, (top, left) in zip(pictures, corners, strict=True):
        one[max(0, top - AROUND) : top + CELL + AROUND, max(0, left - AROUND) : left + CELL + AROUND] = behind
    return pictures


def _spread(losses: NDArray[np.floating], width: int, height: int) -> Heat:
    most = float(losses.max())
    if most < LEAST_CHANGE:
        return np.zeros((height, width), dtype=np.float32)
    cells = Image.fromarray(np.maximum(losses / most, 0).astype(np.float32))
    smooth: Heat = np.asarray(cells.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
    return np.asarray(smooth / smooth.max())
