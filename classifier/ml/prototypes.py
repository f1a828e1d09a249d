"""Classes known by the mean of what a network sees of their pictures (Snell et al. 2017, "Prototypical Networks for Few-shot
Learning"): a handful is enough, and a few that are labelled wrong hardly move it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.ml import calibration

IN_SAMPLE = 2.0
"""How much wider unseen pictures are spread around the mean of twenty than those twenty: without it the answers are too sure."""
SUREST = 6.0
"""How far the classes' means may be from their middle, in what they are spread: a dozen that are all alike prove little."""
FOLDS = 5


def head(
    seen: NDArray[np.floating], labels: NDArray[np.integer], classes: int
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """A last layer that knows each of `classes` by its mean: kernel (d, classes) and bias (classes,).

    `seen` (n, d) is what the layers before it see, `labels` (n,) are 0..classes-1. Raises ValueError for a class without a row.
    """
    missing = sorted(set(range(classes)) - set(labels.tolist()))
    if missing:
        raise ValueError(f"There is nothing to know the classes {missing[:5]} by: each needs one picture at least.")
    means = np.stack([seen[labels == label].mean(axis=0) for label in range(classes)])
    away = means - means.mean(axis=0)
    along = (seen - means[labels]) @ (away / np.linalg.norm(away, axis=1, keepdims=True)).T
    spread = max(IN_SAMPLE * np.square(along).mean(), np.square(away).sum(axis=1).mean() / SUREST)
    return means.T / spread, -np.square(means).sum(axis=1) / (2 * spread)


def out_of_fold(seen: NDArray[np.floating], labels: NDArray[np.integer], classes: int, seed: int = 1) -> NDArray[np.float64]:
    """What each row is by the means of the other folds, which have not seen its label: probabilities (n, classes).

    Arguments as above. Every class needs two rows, or its own fold leaves none; raises ValueError.
    """
    folds = _folds(labels, seed)
    found = np.empty((len(labels), classes))
    for fold in range(FOLDS):
        out = folds == fold
        kernel, bias = head(seen[~out], labels[~out], classes)
        found[out] = calibration.softmax(seen[out] @ kernel + bias)
    return found


def _folds(labels: NDArray[np.integer], seed: int) -> NDArray[np.intp]:
    """(n,) of 0..4, every class spread over all of them."""
    folds = np.empty(len(labels), dtype=np.intp)
    chance = np.random.default_rng(seed)
    for label in np.unique(labels):
        rows = chance.permutation(np.flatnonzero(labels == label))
        folds[rows] = np.arange(len(rows)) % FOLDS
    return folds
