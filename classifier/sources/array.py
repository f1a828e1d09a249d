"""Pictures in an array of NumPy's: a file `.npy`, or `.npz` with one array. Nothing in it is unpickled."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np
import PIL.Image

from classifier.sources.submission import BadSubmission, Submission

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PICTURES = 10_000
SIDES = (28, 32)
MAX_BYTES = MAX_PICTURES * 32 * 32 * 3 + 4096
MAGIC, ZIPPED = b"\x93NUMPY", b"PK\x03\x04"
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError)
WRONG = (
    f"Send one array of 1 to {MAX_PICTURES:,} pictures: uint8 of shape (n, 28, 28), ink 255 on 0, or RGB (n, 28, 28, 3) or "
    "(n, 32, 32, 3), as .npy or as .npz with that array alone."
)

Found = tuple[str, Submission | BadSubmission]


def is_array(file: IO[bytes]) -> bool:
    """Whether it is an array by its beginning, or a ZIP of nothing but arrays."""
    file.seek(0)
    start = file.read(6)
    file.seek(0)
    if not start.startswith(ZIPPED):
        return start == MAGIC
    return b".npy" in file.read(30 + 256) and not file.seek(0)


def count_in(file: IO[bytes]) -> int:
    """Raises BadSubmission."""
    return len(_pictures(file))


def part_of(file: IO[bytes], start: int, stop: int) -> Iterator[Found]:
    """Some of them, by their places, which are their names too. Raises BadSubmission."""
    for place, pixels in enumerate(_pictures(file)[start:stop], start):
        yield str(place), Submission.of_picture(_encoded(pixels), "array")


def _encoded(pixels: NDArray[np.uint8]) -> bytes:
    """Ink becomes dark on white paper."""
    content = io.BytesIO()
    PIL.Image.fromarray(255 - pixels if pixels.ndim == 2 else pixels).save(content, "PNG")
    return content.getvalue()


def _pictures(file: IO[bytes]) -> NDArray[np.uint8]:
    try:
        array = np.load(io.BytesIO(_bytes(file)), allow_pickle=False)
    except DAMAGED as error:
        raise BadSubmission("bad_array", WRONG) from error
    drawings = array.ndim == 3 and array.shape[1:] == (28, 28)
    photos = array.ndim == 4 and array.shape[1:] in [(side, side, 3) for side in SIDES]
    if array.dtype != np.uint8 or not (drawings or photos) or not 1 <= len(array) <= MAX_PICTURES:
        raise BadSubmission("bad_array", WRONG)
    pictures: NDArray[np.uint8] = array
    return pictures


def _bytes(file: IO[bytes]) -> bytes:
    """Of the array itself, no more than the largest has. Raises ValueError and what zipfile raises."""
    file.seek(0)
    if file.read(len(ZIPPED)) != ZIPPED:
        file.seek(0)
        return _bounded(file)
    with zipfile.ZipFile(file) as archive:
        (entry,) = archive.infolist()
        with archive.open(entry) as inner:
            return _bounded(inner)


def _bounded(file: IO[bytes]) -> bytes:
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES or not content.startswith(MAGIC):
        raise ValueError("too large, or no array")
    return content
