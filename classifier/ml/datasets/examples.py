"""What every dataset loads into."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.ml import class_names
from classifier.ml.strokes import Stroke


@dataclass(frozen=True)
class Labelled:
    """`labels` (n,) int64 index `class_names`; `in_validation` (n,) keeps each example on one side, whatever else is loaded."""

    labels: NDArray[np.int64]
    in_validation: NDArray[np.bool_]
    class_names: tuple[str, ...]

    def _digest(self) -> hashlib._Hash:
        return hashlib.sha256("\n".join(self.class_names).encode() + self.labels.tobytes())


@dataclass(frozen=True)
class DrawingExamples(Labelled):
    """Labelled drawings; `drawings` are aligned strokes (0..255)."""

    drawings: list[list[Stroke]]

    def sha256(self) -> str:
        """Equal for the same drawings with the same labels in the same order."""
        digest = self._digest()
        for drawing in self.drawings:
            for stroke in drawing:
                digest.update(stroke.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class PictureExamples(Labelled):
    """Labelled pictures; `pixels` (n, height, width, channels) uint8: bitmaps with ink 255, or photos in RGB."""

    pixels: NDArray[np.uint8]

    def sha256(self) -> str:
        """Equal for the same pictures with the same labels in the same order."""
        digest = self._digest()
        digest.update(np.ascontiguousarray(self.pixels).data)
        return digest.hexdigest()


Item = TypeVar("Item")
Examples = DrawingExamples | PictureExamples


def on_validation_side(key: bytes, share: float) -> bool:
    """Whether an example with this key is held out: the same always, and so for about `share` (0..1) of all keys."""
    return int.from_bytes(hashlib.sha256(key).digest()[:4], "big") < share * 2**32


def held_out(pictures: NDArray[np.uint8], share: float) -> NDArray[np.bool_]:
    """Which of the pictures (n, ...) are on the validation side, (n,) bool: their bytes are the keys."""
    return np.fromiter((on_validation_side(picture.tobytes(), share) for picture in pictures), dtype=bool, count=len(pictures))


def chosen(found: dict[str, Item], classes: Sequence[str] | None) -> dict[str, Item]:
    """All that was found by class, or that of `classes` in their order. Raises FileNotFoundError naming what is missing."""
    if refusal := class_names.unknown(classes or (), list(found)):
        raise FileNotFoundError(refusal)
    return found if classes is None else {name: found[name] for name in classes}


def joined(examples: Examples, more: PictureExamples) -> PictureExamples:
    """`examples` and, after them, `more` to train on; class names that are new come last.

    Of `more`, pictures that are held out of `examples` are left out, or the measure would be of what was learnt by heart.
    Raises ValueError for drawings, which are strokes, and for pictures of another size.
    """
    if isinstance(examples, DrawingExamples):
        raise ValueError("Pictures cannot join drawings, which are strokes: train on a data set of pictures, such as bitmaps.")
    if examples.pixels.shape[1:] != more.pixels.shape[1:]:
        raise ValueError(f"Pictures of {more.pixels.shape[1:]} cannot join pictures of {examples.pixels.shape[1:]}.")
    names = tuple(dict.fromkeys((*examples.class_names, *more.class_names)))
    place = np.array([names.index(name) for name in more.class_names], dtype=np.int64)
    kept = ~_among(more.pixels, examples.pixels[examples.in_validation])
    return PictureExamples(
        np.concatenate([examples.labels, place[more.labels[kept]]]),
        np.concatenate([examples.in_validation, np.zeros(kept.sum(), dtype=bool)]),
        names,
        np.concatenate([examples.pixels, more.pixels[kept]]),
    )


def _among(pictures: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.bool_]:
    known = {other.tobytes() for other in others}
    return np.array([picture.tobytes() in known for picture in pictures], dtype=bool)
