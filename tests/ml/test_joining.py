"""Two data sets as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.ml.datasets.examples import PictureExamples, joined
from tests.ml.test_datasets import load, write_photo_folders, write_quickdraw


def examples_of(names: str, values: list[int], held_out: str = "") -> PictureExamples:
    """One plain picture for each value; the labels go round the names, a letter each."""
    shades = np.array(values, dtype=np.uint8)[:, None, None, None]
    labels = np.arange(len(values)) % len(names)
    in_validation = np.array([str(value) in held_out for value in values])
    return PictureExamples(labels, in_validation, tuple(names), np.broadcast_to(shades, (len(values), 4, 4, 1)))


def test_joined_pictures_are_trained_on_and_new_classes_come_last() -> None:
    both = joined(examples_of("ab", [1, 2, 3, 4], held_out="34"), examples_of("cb", [5, 6, 7]))
    assert both.class_names == ("a", "b", "c")
    assert both.labels.tolist() == [0, 1, 0, 1, 2, 1, 2]
    assert both.in_validation.tolist() == [False, False, True, True, False, False, False]
    assert both.pixels[:, 0, 0, 0].tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_a_held_out_picture_does_not_come_back_to_be_trained_on() -> None:
    both = joined(examples_of("ab", [1, 2], held_out="2"), examples_of("ba", [2, 1, 2]))
    assert both.pixels[:, 0, 0, 0].tolist() == [1, 2, 1]
    assert both.labels.tolist() == [0, 1, 0]


def test_what_cannot_be_joined_is_refused(tmp_path: Path) -> None:
    write_quickdraw(tmp_path / "drawings", 1)
    write_photo_folders(tmp_path / "photos", 1)
    photos = load("photo-folders", tmp_path / "photos")
    assert isinstance(photos, PictureExamples)
    with pytest.raises(ValueError, match="which are strokes"):
        joined(load("quickdraw", tmp_path / "drawings"), photos)
    with pytest.raises(ValueError, match=r"\(32, 32, 3\) cannot join pictures of \(4, 4, 1\)"):
        joined(examples_of("ab", [1]), photos)
