"""Which pictures are nearly the same: by a fingerprint that a shade more or less does not change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROWS, COLUMNS = 8, 9
STEP = 4
"""Shades by which a neighbour must be brighter: in empty paper nothing is."""


def fingerprint(picture: NDArray[np.uint8]) -> int:
    """Of a picture (h, w), (h, w, 1) or (h, w, 3): 64 bits, signed, that say where it grows brighter to the right (a dHash).

    A picture and its copy in another size or quality differ in 4 bits at most, two pictures seldom in so few.
    """
    grey = Image.fromarray(picture.squeeze(-1) if picture.shape[-1:] == (1,) else picture).convert("L")
    small = np.asarray(grey.resize((COLUMNS, ROWS), Image.Resampling.BOX)).astype(int)
    bits = np.packbits(small[:, 1:] > small[:, :-1] + STEP)
    return int.from_bytes(bits.tobytes(), "big", signed=True)
