"""Ids that sort by the time they were made."""

import os
import threading
import time
import uuid

TICKS_IN_MILLISECOND = 1 << 12
NANOSECONDS_IN_MILLISECOND = 1_000_000

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A version 7 UUID: 48 bits of milliseconds, 12 of their fraction (RFC 9562, 6.2, method 3), then chance.

    Those of one process sort as they were made; those of several by a quarter of a microsecond, as far as their clocks agree.
    """
    tick = _next_tick()
    milliseconds, fraction = divmod(tick, TICKS_IN_MILLISECOND)
    chance = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | chance)


def _next_tick() -> int:
    """Later than the last, even where the clock stands or is put back."""
    global _last
    with _lock:
        _last = max(_last + 1, time.time_ns() * TICKS_IN_MILLISECOND // NANOSECONDS_IN_MILLISECOND)
        return _last
