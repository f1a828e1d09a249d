"""Which pictures to label next, so that the labels teach most.

A network is unsure of those whose two best labels are nearly as probable as each other (margin sampling: Scheffer et al. 2001).
The least sure alone are a poor choice: they are alike, and so unlike all others that a classifier fitted to them forgets what is
usual. So all pictures are parted into as many groups as are wanted, by what the network sees in them, with unsure ones weighing
more, and the middle of each group is chosen (weighted k-means: Zhdanov 2019, "Diverse mini-batch Active Learning"). Each label
that the network answers with has the same say, however rare. What else was tried is in docs/decisions/choosing-what-to-label.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROUNDS = 8
"""In so many the groups have settled, as far as the choice goes."""

Floats = NDArray[np.float64]


def choose(probabilities: NDArray[np.floating], count: int, features: NDArray[np.floating] | None = None) -> NDArray[np.intp]:
    """The rows (count,) to label next, the least sure first; all of them where there are not more.

    `probabilities` (n, k), 0..1, each row what a network gives the k labels: the two best are needed, and others may be left 0.
    `features` (n, d) are what it sees in the pictures, such as the values before its last layer; without them its answers do.
    The same rows in the same order give the same choice. Raises ValueError for shapes that do not fit, and for a count below 1.
    """
    _check(probabilities, count, features)
    margins = margins_of(probabilities)
    if len(probabilities) > count:
        seen = probabilities if features is None else features
        chosen = _middles(np.asarray(seen, dtype=np.float64), _weights(probabilities, margins), count)
    else:
        chosen = np.arange(len(probabilities))
    return chosen[np.argsort(margins[chosen], kind="stable")]


def margins_of(probabilities: NDArray[np.floating]) -> Floats:
    """How much more probable (n,), 0..1, the best label of each row (n, k) is than the second."""
    best = np.sort(np.asarray(probabilities, dtype=np.float64), axis=1)
    margins: Floats = best[:, -1] - (best[:, -2] if best.shape[1] > 1 else 0.0)
    return margins


def _check(probabilities: NDArray[np.floating], count: int, features: NDArray[np.floating] | None) -> None:
    if probabilities.ndim != 2 or not probabilities.shape[1]:
        raise ValueError(f"The probabilities are (n, k), one row a picture, not {probabilities.shape}.")
    if features is not None and (features.ndim != 2 or len(features) != len(probabilities)):
        raise ValueError(f"There are {len(probabilities)} pictures, but the features are {features.shape}, not (n, d).")
    if count < 1:
        raise ValueError(f"At least one picture is chosen, not {count}.")


def _weights(probabilities: NDArray[np.floating], margins: Floats) -> Floats:
    """(n,), by how unsure it is of each; those that it answers alike weigh as much together as those of another answer."""
    unsure = np.sqrt(np.maximum(1 - margins, 1e-6))  # as it is, the usual ones would hardly be chosen at all
    answers = probabilities.argmax(axis=1)
    together = np.bincount(answers, weights=unsure, minlength=probabilities.shape[1])
    weights: Floats = unsure / together[answers]
    return weights


def _middles(seen: Floats, weights: Floats, count: int) -> NDArray[np.intp]:
    """The row nearest to the middle of each of `count` groups, none twice."""
    middles = _spread_out(seen, weights, count)
    for _ in range(ROUNDS):
        groups = _distances(seen, middles).argmin(axis=1)
        for group in np.unique(groups):
            members = groups == group
            middles[group] = np.average(seen[members], axis=0, weights=weights[members])
    return _nearest(_distances(seen, middles))


def _nearest(distances: Floats) -> NDArray[np.intp]:
    """For each column in turn the row with the smallest of those (n, count) that are not taken yet."""
    chosen = np.empty(distances.shape[1], dtype=np.intp)
    for group in range(distances.shape[1]):
        chosen[group] = distances[:, group].argmin()
        distances[chosen[group]] = np.inf
    return chosen


def _spread_out(seen: Floats, weights: Floats, count: int) -> Floats:
    """Rows to begin with, far from each other by chance (k-means++: Arthur and Vassilvitskii 2007)."""
    chance = np.random.default_rng(0)
    middles = np.empty((count, seen.shape[1]))
    apart = np.ones(len(seen))
    for place in range(count):
        likely = weights * apart if (weights * apart).any() else weights
        middles[place] = seen[chance.choice(len(seen), p=likely / likely.sum())]
        apart_now = _distances(seen, middles[place : place + 1])[:, 0]
        apart = np.minimum(apart, apart_now) if place else apart_now
    return middles


def _distances(rows: Floats, middles: Floats) -> Floats:
    """Squared, (n, count)."""
    products = np.square(rows).sum(axis=1)[:, None] - 2 * rows @ middles.T + np.square(middles).sum(axis=1)
    distances: Floats = np.maximum(products, 0)
    return distances
