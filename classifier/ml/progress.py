"""Says on stderr how far a command is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from classifier.ml.downloading import Report

Item = TypeVar("Item")

MEGABYTE = 1_000_000
_ON_A_TERMINAL_S, _IN_A_LOG_S = 0.2, 10.0


class Progress:
    """How far the download of some files is: one line, written over again, on a terminal; elsewhere one a file and every 10 s.

    The time left takes files to be of one size, and counts from what was there when this began.
    """

    def __init__(self, files: int) -> None:
        self.files, self.begun = files, 0
        self.shown = time.monotonic()
        self.start: tuple[float, float] | None = None
        self.terminal = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.terminal and self.begun:
            print(file=sys.stderr)

    def of(self, name: str) -> Report:
        """What the next file's download reports to."""
        self.begun += 1
        return lambda done, whole: self._show(name, done, whole)

    def _show(self, name: str, done: int, whole: int | None) -> None:
        now = time.monotonic()
        share = (self.begun - 1 + (done / whole if whole else 0)) / self.files
        self.start = self.start or (share, now)
        if done != whole and now - self.shown < (_ON_A_TERMINAL_S if self.terminal else _IN_A_LOG_S):
            return
        self.shown = now
        size = f"{done / MEGABYTE:.1f}" + (f" of {whole / MEGABYTE:.1f}" if whole else "")
        line = f"{self.begun} of {self.files}: {name}, {size} MB{self._left(share, now)}"
        print(f"\r\033[K{line}" if self.terminal else line, end="" if self.terminal else "\n", file=sys.stderr, flush=True)

    def _left(self, share: float, now: float) -> str:
        before, began = self.start or (share, now)
        if share <= before or share >= 1:
            return ""
        return f", about {span((now - began) * (1 - share) / (share - before))} left"


def span(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def counted(items: Iterable[Item], *, size: Callable[[Item], int], whole: int) -> Iterator[Item]:
    """The items, while stderr is told every 10 s how much of the `whole` their sizes make."""
    done, shown = 0, time.monotonic()
    for item in items:
        yield item
        done += size(item)
        if time.monotonic() - shown > _IN_A_LOG_S:
            shown = time.monotonic()
            print(f"{done:,} of {whole:,}", file=sys.stderr, flush=True)
