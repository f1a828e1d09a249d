"""What each reviewer has done, how far others agree, and how they do where the answer is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from django.db.models.functions import Coalesce

from classifier.ml.gate import Estimate, wilson
from classifier.models.reviews import Review
from classifier.models.verdicts import State, Verdict

LOOKED_AT = 20_000
PAUSE = timedelta(minutes=10)
"""Longer between two verdicts is no deciding."""
FEW = 10
UNUSABLE = (True, None)

Outcome = tuple[bool, str | None]
"""Whether a sample is of no use; if it is of use, as what."""


class _Said(NamedTuple):
    sample: object
    by: str | None
    verdict: str
    label: str | None
    one_of: int | None
    checks: bool
    undone_by: object
    old_state: str
    old_label: str | None
    new_state: str
    new_label: str | None
    is_decided: bool
    state: str
    now: str | None
    at: datetime

    @property
    def outcome(self) -> Outcome:
        """What it makes of the sample, if it decides."""
        return _outcome(self.new_state, self.new_label)

    @property
    def meant(self) -> Outcome:
        """What its giver says of the sample."""
        return UNUSABLE if self.verdict == Verdict.UNUSABLE else (False, self.label)

    @property
    def decided(self) -> Outcome:
        """What became of the sample."""
        return _outcome(self.state, self.now)

    @property
    def known(self) -> Outcome:
        """What the sample was when they spoke."""
        return _outcome(self.old_state, self.old_label)


def _outcome(state: str, label: str | None) -> Outcome:
    return UNUSABLE if state == State.EXCLUDED else (False, label)


@dataclass
class Reviewer:
    """Of the last 20,000 verdicts: `decided` theirs alone; of `second_looks` that others took at the same samples, `agreed`.

    `opinions` are those of theirs beside what became of the samples; `answers`, whether each to what is known was right.
    """

    name: str
    decided: int = 0
    second_looks: int = 0
    agreed: int = 0
    opinions: list[tuple[Outcome, Outcome]] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    @property
    def agreement(self) -> float | None:
        """0 to 1; None before anybody looked again."""
        return self.agreed / self.second_looks if self.second_looks else None

    @property
    def percent(self) -> str:
        return _percent(self.agreement)

    @property
    def with_others(self) -> float | None:
        """The share of their opinions that came to what was decided; None before any was."""
        return sum(mine == decided for mine, decided in self.opinions) / len(self.opinions) if self.opinions else None

    @property
    def with_others_percent(self) -> str:
        return _percent(self.with_others)

    @property
    def kappa(self) -> float | None:
        """The same beyond what chance alone brings."""
        return kappa(self.opinions)

    @property
    def right(self) -> int:
        return sum(self.answers)

    @property
    def rightness(self) -> Estimate | None:
        """The share of known answers that they found, with its 95 % interval; None before they were tried."""
        return wilson(np.array(self.answers, dtype=bool)) if self.answers else None

    @property
    def seconds(self) -> float | None:
        """Half of the verdicts took longer than this; None before there are two in a row."""
        return median(self.gaps) if self.gaps else None

    @property
    def is_few(self) -> bool:
        """Too few second looks to say much of them."""
        return self.second_looks < FEW

    @property
    def worst(self) -> float | None:
        """The least of their shares; None where there is none."""
        rightness = self.rightness
        shares = (self.agreement, self.with_others, rightness.value if rightness else None)
        return min((share for share in shares if share is not None), default=None)


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's, of two who named the same things (J. Cohen, A coefficient of agreement for nominal scales, 1960).

    1 where they always agree, 0 where no more than by chance; None where chance alone agrees always, or of nothing.
    """
    one, other = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(one[name] * other[name] for name in one)
    certain = len(pairs) ** 2
    if by_chance == certain:
        return None
    observed = sum(first == second for first, second in pairs) * len(pairs)
    return (observed - by_chance) / (certain - by_chance)


def figures() -> list[Reviewer]:
    """Every reviewer, those with whom others or what is known agree least first, then those of whom nothing is known."""
    said = _said()
    found = {one.by: Reviewer(one.by) for one in said if one.by and one.verdict != Verdict.UNDONE}
    alone = [one for one in said if not one.one_of and not one.checks]
    for one in alone:
        if one.by and one.verdict != Verdict.UNDONE:
            found[one.by].decided += 1
    _note_second_looks(alone, found)
    _note_opinions(said, found)
    _note_answers(said, found)
    _note_gaps(said, found)
    return sorted(found.values(), key=lambda one: (one.worst is None, one.worst or 0, one.name))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _said() -> list[_Said]:
    rows = Review.objects.of_reviewers().order_by("-id")
    names = (
        "sample", "by__username", "verdict", _today("label"), "one_of", "checks", "undone_by", "old_state", _today("old_label"),
        "new_state", _today("new_label"), "sample__judged", "sample__state", "sample__label__name", "created_at",
    )  # fmt: skip
    return [_Said(*row) for row in rows.values_list(*names)[:LOOKED_AT]][::-1]


def _today(label: str) -> Coalesce:
    """The name that it has become."""
    return Coalesce(f"{label}__became__name", f"{label}__name")


def _note_second_looks(decisions: Iterable[_Said], found: dict[str, Reviewer]) -> None:
    """Each decision beside the next one by somebody else; that they took it back is to disagree."""
    last: dict[object, _Said] = {}
    for decision in decisions:
        before = last.get(decision.sample)
        if before and before.by and decision.by != before.by:
            found[before.by].second_looks += 1
            found[before.by].agreed += decision.verdict != Verdict.UNDONE and decision.outcome == before.outcome
        if decision.verdict == Verdict.UNDONE:
            last.pop(decision.sample, None)
        else:
            last[decision.sample] = decision


def _note_opinions(said: Iterable[_Said], found: dict[str, Reviewer]) -> None:
    """Those that stand, on what has been decided."""
    for one in said:
        if one.by and one.one_of and one.is_decided and one.verdict != Verdict.UNDONE and one.undone_by is None:
            found[one.by].opinions.append((one.meant, one.decided))


def _note_answers(said: Iterable[_Said], found: dict[str, Reviewer]) -> None:
    """The first to each sample, taken back or not: whoever saw that it was known learns nothing by answering again."""
    first: dict[tuple[str, object], _Said] = {}
    for one in said:
        if one.by and one.checks and one.verdict != Verdict.UNDONE:
            first.setdefault((one.by, one.sample), one)
    for (name, _), one in first.items():
        found[name].answers.append(one.meant == one.known)


def _note_gaps(said: Sequence[_Said], found: dict[str, Reviewer]) -> None:
    moments: dict[str, list[datetime]] = defaultdict(list)
    for one in said:
        if one.by in found:
            moments[one.by].append(one.at)
    for name, at in moments.items():
        gaps = [after - before for before, after in pairwise(at)]
        found[name].gaps = [gap.total_seconds() for gap in gaps if gap <= PAUSE]
