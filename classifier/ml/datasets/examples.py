"""What every dataset loads into."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.ml.strokes import Stroke


@dataclass(frozen=True)
class DrawingExamples:
    """Labelled drawings, as strokes.

    `drawings` are aligned (0..255), `labels` (n,) int64 index `class_names`, and `in_validation` (n,) is fixed by each
    drawing's key.
    """

    drawings: list[list[Stroke]]
    labels: NDArray[np.int64]
    in_validation: NDArray[np.bool_]
    class_names: tuple[str, ...]

    def sha256(self) -> str:
        """Equal for the same drawings with the same labels in the same order."""
        digest = hashlib.sha256("\n".join(self.class_names).encode() + self.labels.tobytes())
        for drawing in self.drawings:
            for stroke in drawing:
                digest.update(stroke.tobytes())
        return digest.hexdigest()
