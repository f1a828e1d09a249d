"""Files → the bitmaps that a network expects, a few at a time.

`labelled` reads what is known, for `evaluate`; `pictures` reads whatever people have, for `classify`.
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import pixels, strokes
from classifier.ml.strokes import BadStrokes, Stroke

Bitmaps = NDArray[np.uint8]
Item = TypeVar("Item")

CHUNK = 256
NDJSON = (".ndjson", ".ndjson.gz")
SIDE = 28


class BadData(ValueError):
    """A file does not hold what it should; the message says which file, and what is wrong with it."""


@dataclass(frozen=True)
class Labelled:
    """`labels` (n,) index the names that were asked for. `chunks` brings the bitmaps (m, 28, 28) in the same order, once."""

    labels: NDArray[np.int64]
    chunks: Iterator[Bitmaps]


@dataclass(frozen=True)
class Picture:
    """What a file holds: a bitmap (28, 28), ink 255, or the reason why there is none."""

    file: str
    bitmap: Bitmaps | None = None
    error: str | None = None


def labelled(path: Path, names: Sequence[str]) -> Labelled:
    """Open a file of labelled pictures whose classes are among `names`, all or some, in any order.

    `.npz`: `labels` (n,) of integers that index `class_names` (k,), and `bitmaps` (n, 784) or (n, 28, 28) uint8, ink 255,
    or `images` (n, h, w, 3) uint8 RGB. `.ndjson`, `.ndjson.gz`: Quick, Draw!'s lines {"word": …, "drawing": …}.
    Raises BadData, or OSError where the file cannot be opened.
    """
    if path.name.endswith(NDJSON):
        found = _labelled_drawings(path, names)
    elif path.suffix == ".npz":
        found = _labelled_arrays(path, names)
    else:
        raise BadData(f"{path} must be a .npz, .ndjson or .ndjson.gz file.")
    if not len(found.labels):
        raise BadData(f"{path} holds no pictures.")
    return found


def pictures(paths: Iterable[str]) -> Iterator[Picture]:
    """What the files hold, prepared as the site does it. What cannot be read comes in its place, with the reason.

    A folder stands for all files in it that are not hidden, sorted; `-` for the bytes of one picture on stdin; `.ndjson`
    and `.ndjson.gz` for a drawing in every line.
    """
    for path in paths:
        if path == "-":
            yield _picture("-", sys.stdin.buffer)
        elif Path(path).is_dir():
            yield from _folder(Path(path))
        else:
            yield from _file(Path(path))


def chunked(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter."""
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


# ---- labelled ----------------------------------------------------------------------------------------------------------


def _labelled_arrays(path: Path, names: Sequence[str]) -> Labelled:
    arrays = _arrays(path)
    for wanted in ("labels", "class_names"):
        if wanted not in arrays:
            raise BadData(f"{path} has no array {wanted!r}.")
    class_names = (
        [str(name) for name in np.char.decode(arrays["class_names"], "utf-8")]
        if arrays["class_names"].dtype.kind == "S"
        else [str(name) for name in arrays["class_names"]]
    )
    return Labelled(np.array([]), iter([]))
