"""Several ways of looking at one picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.ml import views

PICTURES = np.random.default_rng(3).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)


def corner(batch: NDArray[Any]) -> NDArray[np.float32]:
    """Something that sees where things stand."""
    return batch[:, 2, 3].astype(np.float32)


def test_one_view_is_the_picture_itself() -> None:
    assert np.array_equal(views.average(corner, PICTURES, 1), corner(PICTURES))


def test_two_views_do_not_mind_a_mirror() -> None:
    assert np.allclose(views.average(corner, PICTURES, 2), views.average(corner, PICTURES[:, :, ::-1], 2))
    assert np.allclose(views.average(corner, PICTURES, 2), (PICTURES[:, 2, 3] / 2 + PICTURES[:, 2, 4] / 2))


def test_six_views_weigh_the_upright_half() -> None:
    by_hand = np.mean([PICTURES[:, 2, 3], PICTURES[:, 2, 4]], axis=0) / 2
    by_hand += np.mean([PICTURES[:, 1, 2], PICTURES[:, 1, 3], PICTURES[:, 3, 4], PICTURES[:, 3, 5]], axis=0) / 2
    assert np.allclose(views.average(corner, PICTURES, 6), by_hand)


def test_a_plain_picture_looks_the_same_from_everywhere() -> None:
    plain = np.full((1, 8, 8, 3), 77, dtype=np.uint8)
    assert np.allclose(views.average(corner, plain, 6), 77)


def test_another_number_is_refused() -> None:
    with pytest.raises(ValueError, match="1, 2 or 6 ways, not in 3"):
        views.average(corner, PICTURES, 3)
