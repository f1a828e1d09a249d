"""CIFAR-10: a folder `cifar-10-batches-py`, as its publisher packs it (A. Krizhevsky 2009, "Learning Multiple Layers of
Features from Tiny Images").

The files are Python pickles, which may run anything: this loader's unpickler knows the arrays of NumPy and nothing else.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.datasets.examples import PictureExamples, chosen, held_out

FOLDER = "cifar-10-batches-py"
TRAINING_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
_HARMLESS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


def load(
    root: Path, *, classes: Sequence[str] | None = None, cap_per_class: int | None = None, validation_share: float = 0.05
) -> PictureExamples:
    """Load the 50,000 training pictures (n, 32, 32, 3) from `root` or `root/cifar-10-batches-py`.

    At most `cap_per_class` a class, first come. Raises FileNotFoundError for a missing file, ValueError for a damaged one.
    """
    folder = root / FOLDER if (root / FOLDER).is_dir() else root
    names = [name.decode() for name in _entry(folder / "batches.meta", b"label_names")]
    batches = [folder / name for name in TRAINING_FILES]
    pixels = np.concatenate([_pixels(path) for path in batches])
    labels = np.concatenate([np.asarray(_entry(path, b"labels"), dtype=np.int64) for path in batches])
    of_class = {name: np.flatnonzero(labels == index)[:cap_per_class] for index, name in enumerate(names)}
    wanted = chosen(of_class, classes)
    rows = np.sort(np.concatenate(list(wanted.values())))
    place = {names.index(name): index for index, name in enumerate(wanted)}
    kept = pixels[rows]
    return PictureExamples(
        np.array([place[label] for label in labels[rows]]), held_out(kept, validation_share), tuple(wanted), kept
    )


def _pixels(path: Path) -> NDArray[np.uint8]:
    rows = _entry(path, b"data")
    if not isinstance(rows, np.ndarray) or rows.dtype != np.uint8 or rows.shape[1:] != (3072,):
        raise ValueError(f"{path} has no pictures of 3,072 bytes.")
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def _entry(path: Path, name: bytes) -> Any:
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}: name the folder that {FOLDER} was unpacked into.")
    with path.open("rb") as file:
        try:
            return _ArraysOnly(file, encoding="bytes").load()[name]
        except (pickle.UnpicklingError, EOFError, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"{path} is no file of CIFAR-10: {error!r}") from error


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no array needs")
        return super().find_class(module, name)
