"""How good a network's answers are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.calibration import Probabilities, expected_calibration_error


def summary(probabilities: Probabilities, labels: NDArray[np.integer], unsure_below: float) -> dict[str, Any]:
    """Accuracy, top 3, calibration error, and what the threshold buys, from probabilities (n, k) and labels (n,)."""
    right = probabilities.argmax(axis=1) == labels
    sure = probabilities.max(axis=1) >= unsure_below
    return {
        "count": len(labels),
        "accuracy": _share(right),
        "top3": _share(top_k(probabilities, labels, 3)),
        "ece": round(expected_calibration_error(probabilities, labels), 6),
        "unsure": {"share": _share(~sure), "accuracy_of_the_sure": _share(right[sure]) if sure.any() else None},
    }


def top_k(probabilities: Probabilities, labels: NDArray[np.integer], k: int) -> NDArray[np.bool_]:
    """Whether the label is among the k best, (n,) bool. Of equals, those with the lower index come first."""
    own = probabilities[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(probabilities.shape[1]) < labels[:, None]
    better: NDArray[np.intp] = ((probabilities > own) | ((probabilities == own) & earlier)).sum(axis=1)
    return better < k


def per_class(probabilities: Probabilities, labels: NDArray[np.integer], class_names: tuple[str, ...]) -> dict[str, float]:
    """Accuracy of each class that occurs, by name."""
    right = probabilities.argmax(axis=1) == labels
    return {name: _share(right[labels == index]) for index, name in enumerate(class_names) if (labels == index).any()}


def _share(values: NDArray[np.bool_]) -> float:
    return round(float(values.mean()), 6) if len(values) else 0.0
