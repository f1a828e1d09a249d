"""A heat map laid over the picture that it belongs to, for people to look at."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating]

LEAST_SIDE = 280
ORANGE, PURPLE = (230, 97, 0), (93, 58, 155)  # told apart by everybody, also by how light they are
STRENGTH = 0.8
PALEST, DARKEST = 255, 40  # a photo's greys stay clear of black, on which no orange is seen
LINE = 3


def laid_over(picture: NDArray[np.uint8], heat: Floats) -> bytes:
    """A PNG, each side at least 280 pixels: the picture in greys, orange where `heat` (h, w) in 0..1 is high.

    A purple line goes round what has more than half of the most, so that colour alone says nothing. `picture` is a network's
    input: (h, w) or (h, w, 1) with ink 255, shown as ink on paper, or (h, w, 3) RGB.
    """
    times = -(-LEAST_SIDE // min(heat.shape))
    size = (heat.shape[1] * times, heat.shape[0] * times)
    grey = np.asarray(Image.fromarray(_greys(picture)).resize(size, Image.Resampling.NEAREST), dtype=np.float32)[..., None]
    warm = np.asarray(Image.fromarray(heat.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)).clip(0, 1)
    share = STRENGTH * warm[..., None] * (0.35 + 0.65 * grey / 255)  # ink stays to be seen
    mixed = grey * (1 - share) + np.array(ORANGE) * share
    mixed[_outline(warm > 0.5)] = PURPLE
    file = io.BytesIO()
    Image.fromarray(mixed.round().astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def _greys(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if picture.ndim == 3 and picture.shape[2] == 3:
        light = np.asarray(Image.fromarray(picture).convert("L"), dtype=np.float32)
        return (DARKEST + light * (PALEST - DARKEST) / 255).astype(np.uint8)
    return np.asarray(255 - picture.reshape(picture.shape[:2]), dtype=np.uint8)


def _outline(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is inside, and nearer than a line's width to what is not. The picture's own border counts as inside."""
    padded = np.pad(inside, LINE, mode="edge")
    height, width = inside.shape
    moves = [(down, right) for down in (0, LINE, 2 * LINE) for right in (0, LINE, 2 * LINE)]
    deep = np.logical_and.reduce([padded[down : down + height, right : right + width] for down, right in moves])
    return np.asarray(inside & ~deep)
