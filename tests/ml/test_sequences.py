"""Drawings as the steps of their pen."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from classifier.ml.sequences import DRAWN, LENGTH, LIFTED, sequence, sequence_batch
from classifier.ml.strokes import SIDE

CORNER = np.array([[0, 255, 255], [0, 0, 255]], dtype=np.float64)
DOT = np.array([[0], [255]], dtype=np.float64)
strokes_of_some_points = some.lists(some.integers(1, 90), min_size=1, max_size=6).map(
    lambda sizes: [np.random.default_rng(size).uniform(0, SIDE, (2, size)) for size in sizes]
)


def test_steps_and_pens_tell_the_drawing() -> None:
    found = sequence([CORNER, DOT])
    assert found[:4].tolist() == [[0, 0, LIFTED], [1, 0, DRAWN], [0, 1, DRAWN], [-1, 0, LIFTED]]
    assert not found[4:].any()


@given(strokes_of_some_points)
def test_the_steps_lead_to_the_last_point_and_every_stroke_is_lifted_to_once(drawing: list[np.ndarray]) -> None:
    found = sequence(drawing)
    assert found.shape == (LENGTH, 3)
    assert found.dtype == np.float32
    points = np.concatenate(drawing, axis=1).T / SIDE
    assert np.allclose(points[0] + found[:, :2].sum(axis=0), points[-1], atol=1e-4)
    assert (found[:, 2] != 0).sum() == min(LENGTH, len(points))
    lifted = (found[:, 2] == LIFTED).sum()
    assert lifted == len(drawing) if len(points) <= LENGTH else 1 <= lifted <= len(drawing)


def test_a_batch_is_its_drawings() -> None:
    batch = sequence_batch([[CORNER], [DOT]])
    assert batch.shape == (2, LENGTH, 3)
    assert np.array_equal(batch[1], sequence([DOT]))
