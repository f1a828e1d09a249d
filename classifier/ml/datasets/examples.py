"""What every dataset loads into."""

from __future__ import annotations

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
