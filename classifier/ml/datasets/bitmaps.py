"""Quick, Draw!'s bitmaps: a folder of `<class>.npy`, (n, 784) uint8 with ink 255, as its publisher lays it out.

The Quick, Draw! Dataset is made available by Google, Inc. under CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.ml.datasets.examples import PictureExamples, chosen, held_out

SIDE = 28


def load(
    root: Path, *, classes: Sequence[str] | None = None, cap_per_class: int | None = None, validation_share: float = 0.05
) -> PictureExamples:
    """Load bitmaps (n, 28, 28, 1) from `root`, `root/numpy_bitmap` or `root/quickdraw/numpy_bitmap`.

    Of all classes, or of `classes` in their order; at most `cap_per_class` a class, first come. Of a file, only what is taken
    is read, and it stands in memory once.
    Raises FileNotFoundError if there are no .npy files, or none for a class, ValueError for one that holds something else.
    """
    rows = {name: _rows(path)[:cap_per_class] for name, path in chosen(_class_files(root), classes).items()}
    counts = [len(some) for some in rows.values()]
    pixels = np.empty((sum(counts), SIDE * SIDE), dtype=np.uint8)
    for (first, after), some in zip(pairwise(np.cumsum([0, *counts])), rows.values(), strict=True):
        pixels[first:after] = some
    pictures = pixels.reshape(-1, SIDE, SIDE, 1)
    return PictureExamples(np.repeat(np.arange(len(rows)), counts), held_out(pictures, validation_share), tuple(rows), pictures)


def _class_files(root: Path) -> dict[str, Path]:
    for folder in (root, root / "numpy_bitmap", root / "quickdraw" / "numpy_bitmap"):
        found = {path.stem: path for path in sorted(folder.glob("*.npy"))}
        if found:
            return found
    raise FileNotFoundError(f"No <class>.npy files in {root}, {root}/numpy_bitmap or {root}/quickdraw/numpy_bitmap.")


def _rows(path: Path) -> NDArray[np.uint8]:
    """The file's bitmaps, of which none is read yet."""
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path} is no .npy file, or an incomplete one: {error}") from error
    if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8 or rows.shape[1:] != (SIDE * SIDE,):
        raise ValueError(f"{path} must hold bitmaps (n, {SIDE * SIDE}) uint8.")
    return rows
