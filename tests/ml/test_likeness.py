"""Copies of a picture have nearly the same fingerprint, other pictures have not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from classifier.ml.likeness import fingerprint
from tests.factories import photo, picture


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def differing(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_smaller_copy_of_less_quality_is_alike_and_another_photo_is_not(seed: int) -> None:
    original = opened(photo(seed=seed))
    file = io.BytesIO()
    original.resize((64, 64)).save(file, "JPEG", quality=60)
    assert differing(fingerprint(np.asarray(original)), fingerprint(np.asarray(opened(file.getvalue())))) <= 4
    assert differing(fingerprint(np.asarray(original)), fingerprint(np.asarray(opened(photo(seed=seed + 10))))) > 12


def test_drawings_of_every_form_are_taken_and_fit_the_database() -> None:
    grey = np.asarray(opened(picture(56)).convert("L"))
    assert fingerprint(grey) == fingerprint(grey[..., None])
    assert fingerprint(np.zeros((28, 28), np.uint8)) == 0
    brightening = np.tile(np.arange(0, 252, 9, dtype=np.uint8), (28, 1))
    assert fingerprint(brightening) == -1
