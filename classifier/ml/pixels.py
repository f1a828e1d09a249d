"""Pictures → the array that a network expects, and the file that is kept.

The front desk of all that has to do with pictures: they are opened by `classifier.ml.opening`, line drawings are turned into
Quick, Draw!'s form by `classifier.ml.ink` and told from photographs by `classifier.ml.kinds`; their public names stand here too.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml.ink import drawing, has_ink
from classifier.ml.kinds import looks_like
from classifier.ml.opening import (
    FORMATS,
    MAX_BYTES,
    MAX_LENGTH,
    MAX_PIXELS,
    MAX_SIDE,
    BadPicture,
    open_picture,
    within_bounds,
)

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "MAX_LENGTH",
    "MAX_PIXELS",
    "MAX_SIDE",
    "BadPicture",
    "drawing",
    "encode_picture",
    "has_ink",
    "is_plain",
    "looks_like",
    "open_picture",
    "photo",
]

PHOTO_SIDE = 32
PHOTO_ASPECT = 4 / 3

_SMALL = 256
_FLAT = 0.6  # parts of neighbouring pixels that are equal: drawings 0.8 and more, photos under 0.3


def photo(image: Image.Image) -> NDArray[np.uint8]:
    """Any picture to (32, 32, 3) uint8 RGB, shrunk with antialiasing (or enlarged) by Lanczos' filter.

    What is longer than 4:3 loses its ends; the rest is squeezed into the square, as the pictures of CIFAR-10 were, so that
    little of an ordinary photo is lost.
    """
    width, height = (min(side, other * PHOTO_ASPECT) for side, other in (image.size, image.size[::-1]))
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    shrunk = image.convert("RGB").resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return np.asarray(shrunk)


def is_plain(picture: NDArray[np.uint8]) -> bool:
    """Whether a photo (h, w, 3) is one colour all over, and so shows nothing."""
    return int((picture.max(axis=(0, 1)).astype(int) - picture.min(axis=(0, 1))).max()) < 8


def encode_picture(image: Image.Image) -> tuple[bytes, str]:
    """The pixels alone, as (file, content type): no EXIF, place, profile or text survives; the same each time.

    PNG for small pictures (every pixel kept) and for drawings, otherwise JPEG; longer side at most 2,048 pixels.
    """
    bare = within_bounds(Image.fromarray(np.array(image.convert("L" if image.mode in ("1", "L") else "RGB"))))
    file = io.BytesIO()
    if max(bare.size) <= _SMALL or _is_flat(bare):
        bare.save(file, "PNG")
        return file.getvalue(), "image/png"
    bare.save(file, "JPEG", quality=90, subsampling=0)
    return file.getvalue(), "image/jpeg"


def _is_flat(image: Image.Image) -> bool:
    grey = np.asarray(image.convert("L"))
    return bool((grey[:, 1:] == grey[:, :-1]).mean() >= _FLAT) if image.width > 1 else True
