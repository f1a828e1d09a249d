"""Whether a version may take another's place: both are compared on the same pictures, that neither was trained on."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from classifier.ml.calibration import BINS, Probabilities, bin_of, expected_calibration_error
from classifier.ml.wording import Wording

ENOUGH = 200
CALIBRATION_TOLERANCE = 0.02
RESAMPLES = 400
_Z = 1.959964  # 95 %

Bools = NDArray[np.bool_]


class BadAnswers(ValueError):
    """A file of test answers is missing or damaged, or two are not about the same pictures."""


class Verdict(StrEnum):
    """What can be said of a candidate beside the live version."""

    BETTER = "better"
    NOT_WORSE = "not worse"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Estimate:
    """A share, or the difference of two, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Answers:
    """What a version answered about n test pictures, in today's words: probabilities (n, k) in the order of `class_names`.

    `labels` (n,) index `class_names`; -1 stands for a class that the version does not know, so that it cannot be right.
    `images` are the site's ids, empty where there are none.
    """

    probabilities: Probabilities
    labels: NDArray[np.integer]
    images: tuple[str, ...]
    class_names: tuple[str, ...]

    @classmethod
    def load(cls, path: Path, class_names: Sequence[str], words: Mapping[str, str] | None = None) -> Self:
        """Read `probabilities`, `labels` and `images` from an .npz file, whose columns are `class_names`. Raises BadAnswers.

        `words` are today's names by former ones. With `truth` the file has the labels in the words of the test pictures.
        """
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                read = {name: file[name] for name in file.files}
            found = cls(read["probabilities"], read["labels"], tuple(read["images"].tolist()), tuple(class_names))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BadAnswers(f"{path} cannot be read: {error}") from error
        if found.probabilities.shape != (len(found.labels), len(class_names)) or len(found.images) != len(found.labels):
            raise BadAnswers(f"{path} does not fit a version of {len(class_names)} labels. Measure the version again.")
        return found._in(words or {}, read["truth"].tolist() if "truth" in read else found.truth)

    def _in(self, words: Mapping[str, str], truth: Sequence[str]) -> Self:
        wording = Wording.of(self.class_names, words)
        place = {name: index for index, name in enumerate(wording.names)}
        labels = np.array([place.get(words.get(name, name), -1) for name in truth], dtype=np.int64)
        return replace(self, probabilities=wording.summed(self.probabilities), labels=labels, class_names=wording.names)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def truth(self) -> list[str]:
        """The labels by name, empty for a class that the version does not know."""
        return [self.class_names[label] if label >= 0 else "" for label in self.labels]

    @cached_property
    def best(self) -> NDArray[np.intp]:
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def right(self) -> Bools:
        return np.asarray(self.best == self.labels)

    @property
    def ece(self) -> float:
        return expected_calibration_error(self.probabilities, self.labels) if len(self) else 0.0

    def confusion(self) -> NDArray[np.int64]:
        """Pictures by label (row) and answer (column), (k, k); those of unknown classes are left out."""
        counts = np.zeros((len(self.class_names),) * 2, dtype=np.int64)
        known = self.labels >= 0
        np.add.at(counts, (self.labels[known], self.best[known]), 1)
        return counts

    def reliability(self) -> list[tuple[float, float, int]]:
        """How sure it was, how often it was right then, and of how many pictures: for each bin that has any."""
        sure = self.probabilities.max(axis=1)
        bins = bin_of(sure, BINS)
        return [(float(sure[mine].mean()), float(self.right[mine].mean()), int(mine.sum())) for mine in _each(bins)]

    def worst(self, limit: int) -> list[int]:
        """The rows of the wrong answers that it was surest of, the surest first."""
        sure = np.where(self.right, -1.0, self.probabilities.max(axis=1))
        return [int(row) for row in np.argsort(-sure, kind="stable")[:limit] if not self.right[row]]


def _each(bins: NDArray[np.intp]) -> Iterator[Bools]:
    return (np.asarray(bins == one) for one in np.unique(bins))


@dataclass(frozen=True)
class ClassComparison:
    """One class's pictures, and how many of them each version knew: `before` is None where it has no such class."""

    label: str
    pictures: int
    before: Estimate | None
    after: Estimate
    difference: Estimate | None


@dataclass(frozen=True)
class Comparison:
    """A candidate (`after`) beside the live version (`before`) on the same pictures."""

    pictures: int
    before: Estimate
    after: Estimate
    difference: Estimate
    ece_before: float
    ece_after: float
    ece_difference: Estimate
    verdict: Verdict
    calibrated: bool

    @property
    def passed(self) -> bool:
        return self.calibrated and self.verdict in (Verdict.BETTER, Verdict.NOT_WORSE)

    @property
    def reason(self) -> str:
        """The verdict in a sentence or two, with what to do where it did not pass."""
        if self.verdict == Verdict.CANNOT_TELL:
            return f"There are {self.pictures} test pictures; under {ENOUGH} nobody can tell which version is better."
        said = f"It is {self.verdict}: {_points(self.difference)} on {self.pictures:,} test pictures."
        if self.calibrated:
            return said
        return f"{said} But its probabilities mean less: its calibration error grew by {_points(self.ece_difference)}."

    def numbers(self) -> dict[str, Any]:
        """All of it, to be kept or sent as JSON."""
        return {**asdict(self), "passed": self.passed, "reason": self.reason}


def compare(live: Answers, candidate: Answers) -> Comparison:
    """Accuracy within its paired 95 % interval, and calibration within its tolerance. Raises BadAnswers."""
    _require_same_pictures(live, candidate)
    difference = paired_difference(live.right, candidate.right)
    ece_difference = _ece_difference(live, candidate)
    return Comparison(
        pictures=len(live),
        before=wilson(live.right),
        after=wilson(candidate.right),
        difference=difference,
        ece_before=round(live.ece, 6),
        ece_after=round(candidate.ece, 6),
        ece_difference=ece_difference,
        verdict=_verdict(len(live), difference),
        calibrated=ece_difference.low <= CALIBRATION_TOLERANCE,
    )


def by_class(live: Answers | None, candidate: Answers) -> list[ClassComparison]:
    """The classes that occur, in the candidate's order. Raises BadAnswers."""
    if live is not None:
        _require_same_pictures(live, candidate)
    occurring = [int(index) for index in np.unique(candidate.labels) if index >= 0]
    return [_of_class(live, candidate, index) for index in occurring]


def _of_class(live: Answers | None, candidate: Answers, index: int) -> ClassComparison:
    mine, name = candidate.labels == index, candidate.class_names[index]
    before = live.right[mine] if live is not None and name in live.class_names else None
    after = candidate.right[mine]
    return ClassComparison(
        label=name,
        pictures=int(mine.sum()),
        before=None if before is None else wilson(before),
        after=wilson(after),
        difference=None if before is None else paired_difference(before, after),
    )


def wilson(right: Bools) -> Estimate:
    """The share of True with Wilson's interval; of nothing, anything."""
    return _wilson(int(right.sum()), len(right))


def _wilson(hits: int, of: int) -> Estimate:
    if of == 0:
        return Estimate(0.0, 0.0, 1.0)
    share, spread = hits / of, _Z**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return _estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def paired_difference(before: Bools, after: Bools) -> Estimate:
    """How much the share of True grew on the same pictures: Wilson's interval on those where the two disagree."""
    gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
    disputed = gained + lost
    if disputed == 0:
        return Estimate(0.0, 0.0, 0.0)
    part, scale = _wilson(gained, disputed), disputed / len(before)
    return _estimate(*(scale * (2 * share - 1) for share in (part.value, part.low, part.high)))


def _ece_difference(live: Answers, candidate: Answers) -> Estimate:
    """How much the calibration error grew; the interval by bootstrap over pictures, the same each time."""
    if not len(live):
        return Estimate(0.0, 0.0, 0.0)
    drawn = np.random.default_rng(0).integers(len(live), size=(RESAMPLES, len(live)))
    gaps = [(bin_of(one.probabilities.max(axis=1), BINS), one.right - one.probabilities.max(axis=1)) for one in (live, candidate)]
    before, after = ([_ece(bins[rows], gap[rows]) for rows in drawn] for bins, gap in gaps)
    low, high = np.quantile(np.subtract(after, before), (0.025, 0.975))
    return _estimate(candidate.ece - live.ece, float(low), float(high))


def _ece(bins: NDArray[np.intp], gaps: NDArray[np.floating]) -> float:
    return float(np.abs(np.bincount(bins, weights=gaps)).sum() / len(gaps))


def _verdict(pictures: int, difference: Estimate) -> Verdict:
    if pictures < ENOUGH:
        return Verdict.CANNOT_TELL
    if difference.high < 0:
        return Verdict.WORSE
    return Verdict.BETTER if difference.low > 0 else Verdict.NOT_WORSE


def _require_same_pictures(live: Answers, candidate: Answers) -> None:
    """The labels' names are compared where both know the class: versions may number them differently."""
    same = len(live) == len(candidate) and live.images == candidate.images
    if not same or any(a != b for a, b in zip(live.truth, candidate.truth, strict=True) if a and b):
        raise BadAnswers("The two versions were not measured on the same pictures. Measure both again.")


def _points(difference: Estimate) -> str:
    value, low, high = (f"{100 * share:+.1f}" for share in (difference.value, difference.low, difference.high))
    return f"{value} points (95 %: {low} to {high})"


def _estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(round(value, 6), round(low, 6), round(high, 6))
