"""Probabilities that mean what they say (Guo et al. 2017, "On Calibration of Modern Neural Networks")."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.floating]
BINS = 15


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logits (n, k) to probabilities (n, k) float64, rows summing to one."""
    shifted = np.asarray(logits, dtype=np.float64) - np.max(logits, axis=1, keepdims=True)
    powers = np.exp(shifted)
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """The divisor of the logits (n, k) that gives the labels (n,) the highest likelihood, by golden-section search in 0.2..5.

    It stays near 1 where there are too few to tell: a dozen that happen to be right would else make every answer certain.
    """
    low, high = np.log(0.2), np.log(5.0)
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _loss(logits, labels, left) < _loss(logits, labels, right):
            high = right
        else:
            low = left
    return round(float(np.exp((low + high) / 2)), 4)


def _loss(logits: NDArray[np.floating], labels: NDArray[np.integer], log_temperature: float) -> float:
    probabilities = softmax(logits / np.exp(log_temperature))
    surprise = -float(np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean())
    return surprise + log_temperature**2 / len(labels)


def expected_calibration_error(probabilities: Probabilities, labels: NDArray[np.integer], bins: int = BINS) -> float:
    """How far the top label's probability is from how often it is right, 0..1, over equal-width bins."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    gaps = np.bincount(bin_of(confidence, bins), weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def bin_of(confidence: Probabilities, bins: int) -> NDArray[np.intp]:
    """In which of the equal-width bins each probability (n,) falls, 0..bins - 1; 1.0 falls in the last."""
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def unsure_threshold(probabilities: Probabilities, labels: NDArray[np.integer], wanted: float = 1 / 3) -> float:
    """The top probability under which an answer is right less often than `wanted` (0..1), in steps of 0.01; at most 0.5."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    for step in range(1, 51):
        near = np.abs(confidence - step / 100) < 0.05
        if near.sum() >= 20 and right[near].mean() >= wanted:
            return step / 100
    return 0.5


def cross_fitted(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """Probabilities (n, k) as they would be for new examples: each half is divided by the temperature fitted on the other."""
    half = np.arange(len(labels)) % 2 == 0
    probabilities = np.empty(logits.shape, dtype=np.float64)
    for mine, other in ((half, ~half), (~half, half)):
        temperature = fit_temperature(logits[other], labels[other]) if other.any() else 1.0
        probabilities[mine] = softmax(logits[mine] / temperature)
    return probabilities
