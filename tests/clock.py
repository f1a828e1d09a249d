"""A clock for tests of what depends on time."""

from __future__ import annotations


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000_000_000

    def pass_by(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)

    def time_ns(self) -> int:
        return self.now
