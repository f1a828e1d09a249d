"""How sound a classifier's labelled pictures are: their balance, how many labels are wrong, which are mixed up, and drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from django.db.models import Avg, Count, Q
from django.db.models.functions import Now
from numpy.typing import NDArray

from classifier.ml.gate import Estimate, wilson
from classifier.models.classifiers import Classifier
from classifier.models.predictions import Prediction
from classifier.models.reviews import Review
from classifier.models.samples import STANDS, Sample
from classifier.models.verdicts import LABELLED, State
from classifier.models.versions import Stage

JUDGED_AT_MOST = 20_000
FEW = 30
"""Of fewer nothing is said."""
LISTED = 10
RECENTLY = timedelta(days=30)
SHUFFLES = 999
UNLIKELY = 0.01
TOO_FEW = "Too few to tell"
DOUBTFUL_FIRST = "Reviewers are shown the doubtful first, so of all samples it is probably less."


class Counted(NamedTuple):
    label: str
    samples: int


class Pair(NamedTuple):
    """Two labels, and how many samples were corrected from one into the other."""

    one: str
    other: str
    samples: int


class Corrected(NamedTuple):
    """Of the judged samples that were given this label, the share that has another now."""

    label: str
    judged: int
    changed: Estimate


class Shift(NamedTuple):
    """A label's share of the recent answers, and of the accepted samples."""

    label: str
    answered: float
    accepted: float


@dataclass(frozen=True)
class Balance:
    """Every label's accepted samples, those of none included, the most first."""

    counts: list[Counted]

    @property
    def samples(self) -> int:
        return sum(one.samples for one in self.counts)

    @property
    def largest(self) -> list[Counted]:
        return self.counts[:LISTED]

    @property
    def smallest(self) -> list[Counted]:
        return self.counts[::-1][:LISTED]

    @property
    def says(self) -> str:
        if self.samples < FEW:
            return f"{TOO_FEW}: there are {self.samples} accepted samples, and under {FEW} say nothing of the balance."
        most, least = self.counts[0], self.counts[-1]
        if not least.samples:
            return f"{least.label} has no accepted sample at all: a network cannot learn it from these."
        return f"{most.label} has {most.samples / least.samples:.1f} times as many as {least.label}."


@dataclass(frozen=True)
class Quality:
    """What judging found of the labels that were given, and what the network expects of those that nobody has judged.

    `expected` is the mean suspicion of `unjudged` samples; None where the network has looked at none.
    """

    judged: int
    changed: Estimate
    unjudged: int
    expected: float | None
    often_wrong: list[Corrected]

    @property
    def is_few(self) -> bool:
        return self.judged < FEW

    @property
    def says(self) -> str:
        if self.is_few:
            return f"{TOO_FEW}: {self.judged} samples with a given label were judged. Judge {FEW} at least."
        share = f"{self.changed.value:.1%} (95 %: {self.changed.low:.1%} to {self.changed.high:.1%})"
        return f"Of {self.judged:,} judged samples {share} had a wrong label. {DOUBTFUL_FIRST}"

    @property
    def expects(self) -> str:
        if self.expected is None or self.unjudged < FEW:
            return f"{TOO_FEW}: of the samples that nobody has judged the network has looked at {self.unjudged}. It takes {FEW}."
        return (
            f"Of {self.unjudged:,} samples that nobody has judged, the network expects {self.expected:.1%} to be labelled wrong."
        )


@dataclass(frozen=True)
class Overlap:
    """The pairs of labels that were most often corrected into one another."""

    corrections: int
    pairs: list[Pair]

    @property
    def says(self) -> str:
        if self.corrections < FEW:
            return f"{TOO_FEW}: there are {self.corrections} corrections, and which labels people mix up shows from {FEW} on."
        first = self.pairs[0]
        return f"{first.one} and {first.other} are mixed up most: {first.samples} of {self.corrections:,} corrections."


@dataclass(frozen=True)
class Drift:
    """What the live version answered of late beside what is accepted: chi-square, and how often chance alone gives as much."""

    answers: int
    samples: int
    statistic: float
    p: float
    shifts: list[Shift]

    @property
    def is_few(self) -> bool:
        return min(self.answers, self.samples) < FEW

    @property
    def found(self) -> bool:
        return not self.is_few and self.p < UNLIKELY

    @property
    def says(self) -> str:
        if self.is_few:
            return f"{TOO_FEW}: {self.answers} answers in 30 days and {self.samples} accepted samples; each needs {FEW}."
        if not self.found:
            return f"No drift to be seen (p = {self.p:.3f}): the answers are spread over the labels as the samples are."
        first = self.shifts[0]
        told = f"{first.label} is {first.answered:.0%} of the answers, {first.accepted:.0%} of the samples"
        return f"People send other things than the samples show: {told}."


@dataclass(frozen=True)
class Health:
    balance: Balance
    quality: Quality
    overlap: Overlap
    drift: Drift


class _Judged(NamedTuple):
    """The label that a sample had been given, and that it has by the last verdict that stands."""

    given: str
    now: str


def health_of(classifier: Classifier) -> Health:
    """Of the last 20,000 verdicts and the answers of the last 30 days. In a constant number of queries."""
    words = classifier.words()
    judged = _judged(classifier, words)
    accepted = Sample.objects.to_train_on(classifier).counted()
    return Health(
        _balance(classifier, accepted), _quality(classifier, judged), _overlap(judged), _drift(classifier, accepted, words)
    )


def _balance(classifier: Classifier, accepted: Counter[str]) -> Balance:
    counts = [Counted(name, accepted[name]) for name in classifier.labels.values_list("name", flat=True)]
    return Balance(sorted(counts, key=lambda one: (-one.samples, one.label)))


def _judged(classifier: Classifier, words: Mapping[str, str]) -> list[_Judged]:
    """Samples that had a label before reviewers came to them, and have one still; in today's words."""
    verdicts = Review.objects.standing().filter(sample__classifier=classifier, sample__judged=True, decides=True)
    verdicts = verdicts.filter(new_state__in=LABELLED).order_by("-id")
    names = ("sample", "old_label__name", "sample__word_label__name", "new_label__name")
    found: dict[object, _Judged] = {}
    for sample, old, word, new in verdicts.values_list(*names)[:JUDGED_AT_MOST]:
        given = old or word or ""
        found[sample] = _Judged(words.get(given, given), found[sample].now if sample in found else words.get(new, new))
    return [one for one in found.values() if one.given]


def _quality(classifier: Classifier, judged: Sequence[_Judged]) -> Quality:
    unjudged = Sample.objects.filter(STANDS, classifier=classifier, judged=False).exclude(state=State.EXCLUDED)
    expected = unjudged.aggregate(number=Count("suspicion"), mean=Avg("suspicion"))
    return Quality(len(judged), _changed(judged), expected["number"], expected["mean"], _often_wrong(judged))


def _changed(judged: Iterable[_Judged]) -> Estimate:
    return wilson(np.array([one.given != one.now for one in judged], dtype=bool))


def _often_wrong(judged: Sequence[_Judged]) -> list[Corrected]:
    """The labels that are wrong more often than the others together are, for sure; the worst first."""
    of_label: dict[str, list[_Judged]] = {}
    for one in judged:
        of_label.setdefault(one.given, []).append(one)
    found = [Corrected(label, len(mine), _changed(mine)) for label, mine in of_label.items() if len(mine) >= FEW]
    overall = [one for one in found if one.changed.low > _changed(other for other in judged if other.given != one.label).value]
    return sorted(overall, key=lambda one: (-one.changed.low, one.label))[:LISTED]


def _overlap(judged: Iterable[_Judged]) -> Overlap:
    pairs = Counter(tuple(sorted(one)) for one in judged if one.given != one.now)
    return Overlap(pairs.total(), [Pair(one, other, number) for (one, other), number in pairs.most_common(LISTED)])


def _drift(classifier: Classifier, accepted: Counter[str], words: Mapping[str, str]) -> Drift:
    answered = _answered(classifier, words)
    labels = sorted(answered | accepted)
    counts = np.array([[of[label] for label in labels] for of in (answered, accepted)], dtype=np.int64)
    shifts = [Shift(*one) for one in zip(labels, *_shares(counts).tolist(), strict=True)]
    shifts.sort(key=lambda one: -abs(one.answered - one.accepted))
    return Drift(answered.total(), accepted.total(), *_chi_square(counts), shifts[:LISTED])


def _answered(classifier: Classifier, words: Mapping[str, str]) -> Counter[str]:
    """How often the live version gave each label in the last 30 days, in today's words."""
    live = Q(classifier=classifier, model_version__stage=Stage.LIVE, created_at__gte=Now() - RECENTLY)
    rows = Prediction.objects.answered().filter(live).order_by()
    found = Counter[str]()
    for label, number in rows.values_list("label").annotate(Count("pk")):
        found[words.get(label, label)] += number
    return found


def _shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def _chi_square(counts: NDArray[np.int64]) -> tuple[float, float]:
    """Of a table of two rows, and its p value: how many of 999 random divisions of the total differ as much. Repeatable."""
    total, (size, rest) = counts.sum(axis=0), counts.sum(axis=1)
    if not size or not rest:
        return 0.0, 1.0
    shuffled = np.random.default_rng(0).multivariate_hypergeometric(total, size, size=SHUFFLES, method="marginals")
    found, *others = _statistics(np.vstack([counts[:1], shuffled]), total)
    as_much = int(np.sum(np.array(others) >= found - 1e-9))
    return float(found), (1 + as_much) / (1 + SHUFFLES)


def _statistics(rows: NDArray[np.int64], total: NDArray[np.int64]) -> NDArray[np.float64]:
    """Chi-square of each row beside what it leaves of the total, whose sums are those of the first row."""
    share = rows[0].sum() / total.sum()
    return np.asarray((((rows - total * share) ** 2) / (total * share * (1 - share))).sum(axis=1))
