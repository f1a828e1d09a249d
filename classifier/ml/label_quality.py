"""Which given labels are probably wrong, from the probabilities of a network that has not learned from them.

Three single scores, as in J. Kuan and J. Mueller 2022, "Model-agnostic label quality scoring to detect real-world label
errors", and our own judgement, a mixture that asks how a wrong label came to be (docs/decisions/label-quality.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml import calibration

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

MOST_OFF = 0.01
CHUNK = 4096
SAMPLE = 5000
"""Rows that the temperature is fitted on, at most."""
TEMPERATURES = np.exp(np.linspace(-1.6, 1.6, 25))
NOISE = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
WRONG_SHARE = (0.01, 0.5)
"""Between these the share of wrong labels is believed."""
LEAST = 1e-6
"""What the probabilities of a row are raised by, all together: nothing is quite impossible."""
TINY = 1e-300
"""About the least number of which there is a logarithm."""
NEAREST = 16
"""Classes, the most probable ones but the given, among which the truth is looked for."""
SUREST = 1e-3
"""No probability is believed to be closer to 1 than this."""
ROUNDS = 6
"""Early enough that no way to be wrong is ruled out by little evidence."""
HABIT_PRIOR = 5.0
"""Labels' worth of evidence against a class having a habit of its own."""


class BadLabels(ValueError):
    """The labels and probabilities cannot be compared; the message says what is wrong and what is asked for."""


@dataclass(frozen=True)
class LabelQuality:
    """What is to be thought of each given label; all arrays are (n,), in the order of the labels.

    `wrong`: probability that the given label is wrong, 0..1. `suggestion`: the class, other than the given, that is most
    probably the truth, and `suggestion_probability` that it is, at most `wrong`.
    `self_confidence`, `normalized_margin`, `confidence_weighted_entropy`: 0..1, low for suspicious labels.
    """

    wrong: Floats
    suggestion: Integers
    suggestion_probability: Floats
    self_confidence: Floats
    normalized_margin: Floats
    confidence_weighted_entropy: Floats

    def most_suspicious_first(self) -> Integers:
        """The indices of all labels, (n,). Of equals, the one that the network gives less to comes first."""
        return np.lexsort((self.self_confidence, -self.wrong))


def judge(labels: NDArray[Any], probabilities: NDArray[Any]) -> LabelQuality:
    """Judge labels (n,), integers in 0..k-1, by probabilities (n, k), k at least 2, whose rows sum to one.

    The probabilities must come from a network that has not seen these rows with these labels: held out, or out of fold.
    Classes may be without labels. Raises BadLabels. 60,000 rows of 345 classes take seconds, and little memory besides.
    """
    labels = _checked(labels, probabilities)
    if not len(labels):
        return _nothing()
    cases = _cases(labels, probabilities)
    truth = _truth(cases, _wrong_share(labels, probabilities))
    best = truth.argmax(axis=1)[:, None]
    return LabelQuality(
        np.minimum(truth.sum(axis=1), 1.0),
        np.take_along_axis(cases.classes, best, axis=1)[:, 0],
        np.take_along_axis(truth, best, axis=1)[:, 0],
        *_single_scores(labels, probabilities),
    )


def _nothing() -> LabelQuality:
    none = np.empty(0)
    return LabelQuality(none, np.empty(0, dtype=np.intp), none, none, none, none)


# ---- what can be judged ------------------------------------------------------------------------------------------------


def _checked(labels: NDArray[Any], probabilities: NDArray[Any]) -> Integers:
    if probabilities.ndim != 2 or probabilities.shape[1] < 2 or probabilities.dtype.kind not in "biuf":
        raise BadLabels(f"probabilities must be numbers (n, k) of 2 classes or more; it has {_form(probabilities)}.")
    if labels.shape != probabilities.shape[:1] or (labels.size and labels.dtype.kind not in "iu"):
        raise BadLabels(f"labels must be {len(probabilities)} integers, one a row of probabilities; it has {_form(labels)}.")
    last = probabilities.shape[1] - 1
    if len(labels) and not 0 <= labels.min() <= labels.max() <= last:
        raise BadLabels(f"labels must be columns of probabilities, 0 to {last}; it has {labels.min()} to {labels.max()}.")
    for start, chunk in _chunks(probabilities):
        _check_rows(start, chunk)
    return labels.astype(np.intp)


def _form(array: NDArray[Any]) -> str:
    return f"{array.dtype} {array.shape}"


def _check_rows(start: int, chunk: Floats) -> None:
    sums = chunk.sum(axis=1)
    unfit = ~((chunk >= 0).all(axis=1) & (np.abs(sums - 1) <= MOST_OFF))  # so is NaN
    if unfit.any():
        row = int(unfit.argmax())
        raise BadLabels(
            f"Every row of probabilities must sum to 1 ({MOST_OFF} off at most), with nothing below 0; row {start + row} sums to "
            f"{sums[row]:g}, from {chunk[row].min():g} to {chunk[row].max():g}. Give logits a softmax, leave out rows with NaN."
        )


def _chunks(probabilities: NDArray[Any]) -> Iterator[tuple[int, Floats]]:
    """Some rows at a time as float64, so that a large array is never copied, and where they start."""
    for start in range(0, len(probabilities), CHUNK):
        yield start, probabilities[start : start + CHUNK].astype(np.float64)


def _normalised(labels: Integers, probabilities: NDArray[Any]) -> Iterator[tuple[Integers, Floats]]:
    for start, chunk in _chunks(probabilities):
        yield labels[start : start + CHUNK], chunk / chunk.sum(axis=1, keepdims=True)


# ---- single scores -----------------------------------------------------------------------------------------------------


def _single_scores(labels: Integers, probabilities: NDArray[Any]) -> Iterator[Floats]:
    parts = [_scores_of(*some) for some in _normalised(labels, probabilities)]
    return map(np.concatenate, zip(*parts, strict=True))


def _scores_of(labels: Integers, chunk: Floats) -> tuple[Floats, Floats, Floats]:
    own, others = _apart(labels, chunk)
    logarithms = np.log(chunk, out=np.zeros_like(chunk), where=chunk > 0)
    entropy = -(chunk * logarithms).sum(axis=1) / np.log(chunk.shape[1])
    weighted = np.maximum(entropy / np.maximum(own, LEAST), LEAST)
    return own, (own - others.max(axis=1) + 1) / 2, np.log1p(weighted) / weighted


def _apart(labels: Integers, chunk: Floats) -> tuple[Floats, Floats]:
    """The probabilities of the given labels (m,), and a copy (m, k) without them: 0 in their place."""
    rows, others = np.arange(len(labels)), chunk.copy()
    others[rows, labels] = 0
    return chunk[rows, labels], others


# ---- the network's word, weighed ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cases:
    """Given `labels` (n,) among `count` classes and the network's, now honest, probabilities of them, `own` (n,),
    and of the most probable other `classes` (n, m): `others` (n, m)."""

    count: int
    labels: Integers
    own: Floats
    classes: Integers
    others: Floats


def _cases(labels: Integers, probabilities: NDArray[Any]) -> _Cases:
    zero = _instead_of_zero(probabilities)
    temperature = _temperature(labels, probabilities, zero)
    parts = [_nearest(some, _tempered(chunk, zero, temperature)) for some, chunk in _normalised(labels, probabilities)]
    own, classes, others = map(np.concatenate, zip(*parts, strict=True))
    return _Cases(probabilities.shape[1], labels, own, classes, others)


def _instead_of_zero(probabilities: NDArray[Any]) -> float:
    """Half of what is least above 0: the 0 of ten neighbours means less than the 0 of a network."""
    least = min(chunk[chunk > 0].min() for _, chunk in _chunks(probabilities))
    return max(float(least) / 2, TINY)


def _tempered(chunk: Floats, zero: float, temperature: float) -> Floats:
    probabilities = calibration.softmax(np.log(np.maximum(chunk, zero)) / temperature)
    raised: Floats = (probabilities + LEAST / chunk.shape[1]) / (1 + LEAST)
    return raised


def _temperature(labels: Integers, probabilities: NDArray[Any], zero: float) -> float:
    """What makes the probabilities honest where some labels, at an unknown share, were drawn from a hat."""
    rows = np.random.default_rng(0).permutation(len(labels))[:SAMPLE]
    sample, given = probabilities[rows].astype(np.float64), labels[rows]
    losses = [_least_loss(_tempered(sample, zero, temperature), given) for temperature in TEMPERATURES]
    return float(TEMPERATURES[np.argmin(losses)])


def _least_loss(probabilities: Floats, labels: Integers) -> float:
    own = probabilities[np.arange(len(labels)), labels]
    return min(-float(np.log((1 - noise) * own + noise / probabilities.shape[1]).mean()) for noise in NOISE)


def _nearest(labels: Integers, chunk: Floats) -> tuple[Floats, Integers, Floats]:
    own, others = _apart(labels, chunk)
    others[np.arange(len(labels)), labels] = -1  # never among the others, even where all are equal
    kept = min(NEAREST, chunk.shape[1] - 1)
    classes = np.argpartition(-others, kept - 1, axis=1)[:, :kept]
    return own, classes, np.take_along_axis(others, classes, axis=1)


def _wrong_share(labels: Integers, probabilities: NDArray[Any]) -> float:
    """How many labels are wrong, by the rows of which the network is as sure as it is of that class on average
    (the confident joint of C. Northcutt et al. 2021, "Confident Learning")."""
    thresholds = _thresholds(labels, probabilities)
    counted = wrong = 0
    for given, chunk in _normalised(labels, probabilities):
        sure = np.where(chunk >= thresholds, chunk, -1)
        is_sure = sure.max(axis=1) >= 0
        counted += int(is_sure.sum())
        wrong += int((sure.argmax(axis=1) != given)[is_sure].sum())
    return float(np.clip(wrong / max(counted, 1), *WRONG_SHARE))


def _thresholds(labels: Integers, probabilities: NDArray[Any]) -> Floats:
    """The mean probability of each class where it is given, (k,); out of reach where it never is."""
    classes = probabilities.shape[1]
    own = np.concatenate([_apart(given, chunk)[0] for given, chunk in _normalised(labels, probabilities)])
    number = np.bincount(labels, minlength=classes)
    mean = np.bincount(labels, weights=own, minlength=classes) / np.maximum(number, 1)
    return np.where(number, mean - LEAST, 2.0)


# ---- how a wrong label came to be --------------------------------------------------------------------------------------


def _truth(cases: _Cases, wrong_share: float) -> Floats:
    """The probability that each of the cases' other classes is the truth, (n, m).

    A label is wrong by a slip (any class, by chance), by a habit (this class is often called that) or by doubt (this
    picture looks like that). How often each happens, and the habits, are learned from all rows together.
    """
    ways, truth = np.full(3, 1 / 3), np.zeros_like(cases.others)
    right = cases.own * (1 - wrong_share)
    doubt = cases.own[:, None] / np.maximum(1 - cases.others, SUREST)
    for _ in range(ROUNDS):
        given = np.stack([np.full_like(doubt, 1 / (cases.count - 1)), _habit(cases, truth), doubt])
        joint = wrong_share * ways[:, None, None] * cases.others * given
        joint /= joint.sum(axis=(0, 2))[:, None] + right[:, None]
        truth, ways = joint.sum(axis=0), joint.sum(axis=(1, 2)) + 1
        ways /= ways.sum()
    return truth


def _habit(cases: _Cases, truth: Floats) -> Floats:
    """How often each of the other classes, where it is mislabelled, is called what is given here: by all other rows, (n, m)."""
    pair = cases.classes * cases.count + cases.labels[:, None]
    pairs = np.bincount(pair.ravel(), weights=truth.ravel(), minlength=cases.count**2)
    of_class = pairs.reshape(cases.count, cases.count).sum(axis=1)
    elsewhere = np.maximum(pairs[pair] - truth, 0) + HABIT_PRIOR / (cases.count - 1)
    habit: Floats = elsewhere / (np.maximum(of_class[cases.classes] - truth, 0) + HABIT_PRIOR)
    return habit
