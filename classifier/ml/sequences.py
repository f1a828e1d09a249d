"""Drawings as the sequence of their points, for networks that read how a drawing was made (as Ha and Eck 2017, "A Neural
Representation of Sketch Drawings", write strokes)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.ml.handover import INPUTS
from classifier.ml.strokes import SIDE, Stroke

LENGTH = INPUTS["sequence"].shape[0]
DRAWN, LIFTED = 1.0, -1.0


def sequence(strokes: Sequence[Stroke]) -> NDArray[np.float32]:
    """Aligned strokes (0..255) to (128, 3) float32: the step from the point before (-1..1) and how it was made.

    1 is a step with the pen down, -1 one with the pen lifted, and rows of 0 fill up. Of more than 128 points, 128 evenly
    spaced ones are kept.
    """
    points = np.concatenate(strokes, axis=1).T / SIDE
    pens = np.concatenate([[LIFTED] + [DRAWN] * (stroke.shape[1] - 1) for stroke in strokes])
    if len(points) > LENGTH:
        points, pens = _thinned(points, pens)
    filled = np.zeros((LENGTH, 3), dtype=np.float32)
    filled[: len(points), :2] = np.diff(points, axis=0, prepend=points[:1])
    filled[: len(points), 2] = pens
    return filled


def sequence_batch(drawings: Sequence[Sequence[Stroke]]) -> NDArray[np.float32]:
    """`sequence` of each drawing, (n, 128, 3) float32."""
    return np.stack([sequence(drawing) for drawing in drawings])


def _thinned(points: NDArray[np.float64], pens: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evenly spaced points; a pen that was lifted on the way there counts as lifted."""
    kept = np.linspace(0, len(points) - 1, LENGTH).round().astype(int)
    lifts = np.cumsum(pens == LIFTED)[kept]
    return points[kept], np.where(np.diff(lifts, prepend=0) > 0, LIFTED, DRAWN)
