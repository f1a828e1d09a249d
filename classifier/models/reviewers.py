"""What each reviewer has done, and how far those who looked after them agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from classifier.models.reviews import Review
from classifier.models.samples import State, Verdict

LOOKED_AT = 20_000
PAUSE = timedelta(minutes=10)
"""Longer between two decisions is no deciding."""
FEW = 10


class _Decision(NamedTuple):
    sample: object
    by: str | None
    verdict: str
    state: str
    label: str | None
    at: datetime

    @property
    def outcome(self) -> tuple[bool, str | None]:
        """What it makes of the sample: that it is of use, and as what."""
        excluded = self.state == State.EXCLUDED
        return excluded, None if excluded else self.label


@dataclass
class Reviewer:
    """Of the last 20,000 decisions: `decided` theirs; of `second_looks` that others took at the same samples, `agreed`."""

    name: str
    decided: int = 0
    second_looks: int = 0
    agreed: int = 0
    gaps: list[float] = field(default_factory=list)

    @property
    def agreement(self) -> float | None:
        """0 to 1; None before anybody looked again."""
        return self.agreed / self.second_looks if self.second_looks else None

    @property
    def percent(self) -> str:
        return "" if self.agreement is None else f"{self.agreement:.0%}"

    @property
    def seconds(self) -> float | None:
        """Half of the decisions took longer than this; None before there are two in a row."""
        return median(self.gaps) if self.gaps else None

    @property
    def is_few(self) -> bool:
        """Too few second looks to say much of them."""
        return self.second_looks < FEW


def figures() -> list[Reviewer]:
    """Every reviewer, those with whom others agree least first, then those at whom nobody has looked."""
    decisions = _decisions()
    found: dict[str, Reviewer] = {}
    for decision in decisions:
        if decision.by and decision.verdict != Verdict.UNDONE:
            found.setdefault(decision.by, Reviewer(decision.by)).decided += 1
    _note_second_looks(decisions, found)
    _note_gaps(decisions, found)
    return sorted(found.values(), key=lambda one: (one.agreement is None, one.agreement or 0, one.name))


def _decisions() -> list[_Decision]:
    rows = Review.objects.filter(decides=True).order_by("-id")
    names = ("sample", "by__username", "verdict", "new_state", "new_label__name", "created_at")
    return [_Decision(*row) for row in rows.values_list(*names)[:LOOKED_AT]][::-1]


def _note_second_looks(decisions: Iterable[_Decision], found: dict[str, Reviewer]) -> None:
    """Each decision beside the next one by somebody else; that they took it back is to disagree."""
    last: dict[object, _Decision] = {}
    for decision in decisions:
        before = last.get(decision.sample)
        if before and before.by and decision.by != before.by:
            found[before.by].second_looks += 1
            found[before.by].agreed += decision.verdict != Verdict.UNDONE and decision.outcome == before.outcome
        if decision.verdict == Verdict.UNDONE:
            last.pop(decision.sample, None)
        else:
            last[decision.sample] = decision


def _note_gaps(decisions: Sequence[_Decision], found: dict[str, Reviewer]) -> None:
    moments: dict[str, list[datetime]] = defaultdict(list)
    for decision in decisions:
        if decision.by in found:
            moments[decision.by].append(decision.at)
    for name, at in moments.items():
        gaps = [after - before for before, after in pairwise(at)]
        found[name].gaps = [gap.total_seconds() for gap in gaps if gap <= PAUSE]
