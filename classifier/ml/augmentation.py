"""Other ways in which somebody might have drawn the same thing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classifier.ml.strokes import LINE_WIDTH, SIDE, BadStrokes, Stroke, fit


def redraw(strokes: Sequence[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Mirror, turn, slant and stretch a drawing, shake its points and now and then leave out a stroke.

    Takes and returns aligned strokes (0..255). A drawing that would lose its extent comes back as it was.
    """
    kept = _without_some(strokes, rng)
    matrix = _affine(rng)
    shaken = [matrix @ (stroke - SIDE / 2) + rng.normal(0, 2.0, stroke.shape) for stroke in kept]
    try:
        return fit(shaken)
    except BadStrokes:
        return list(strokes)


def pens(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Line widths, (count,) float64: half of them Quick, Draw!'s own, the others 10 to 24 of its units."""
    widths = rng.integers(10, 25, count).astype(np.float64)
    return np.where(rng.random(count) < 0.5, LINE_WIDTH, widths)


def _without_some(strokes: Sequence[Stroke], rng: np.random.Generator) -> list[Stroke]:
    if len(strokes) < 3 or rng.random() > 0.3:
        return list(strokes)
    dropped = rng.integers(1, len(strokes))
    return [stroke for index, stroke in enumerate(strokes) if index != dropped]


def _affine(rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    turn = np.deg2rad(np.clip(rng.normal(0, 8), -25, 25))
    mirror = rng.choice([-1.0, 1.0])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    slant = np.array([[1.0, np.clip(rng.normal(0, 0.12), -0.3, 0.3)], [0.0, 1.0]])
    stretch = np.diag([mirror * np.exp(rng.normal(0, 0.12)), 1.0])
    matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]] = rotation @ slant @ stretch
    return matrix
