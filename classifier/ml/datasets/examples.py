"""What every dataset loads into."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

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


def chosen(found: dict[str, Item], classes: Sequence[str] | None) -> dict[str, Item]:
    """All that was found by class, or that of `classes` in their order. Raises FileNotFoundError naming what is missing."""
    missing = [name for name in classes or () if name not in found]
    if missing:
        raise FileNotFoundError(f"There is nothing for {', '.join(missing)}; there is for {', '.join(found)}.")
    return found if classes is None else {name: found[name] for name in classes}
