"""How whoever waits for predictions learns that they are settled.

PostgreSQL tells them (LISTEN and NOTIFY, after commit); without it they look at their rows every 20 ms.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from django.db import connection

from classifier.models.predictions import PENDING, Prediction

CHANNEL = "predictions_settled"
LOOK_EVERY_S = 0.02
LOOK_ANYWAY_S = 1.0  # a notice may be missed between the look and the listening


def wait_until_settled(ids: Collection[uuid.UUID], seconds: float) -> None:
    """Return when all these predictions are answered or failed, or after `seconds`."""
    deadline = time.monotonic() + seconds
    unsettled = Prediction.objects.filter(pk__in=ids, status__in=PENDING)
    with _news_of({str(id) for id in ids}) as await_news:
        while (left := deadline - time.monotonic()) > 0 and unsettled.exists():
            await_news(left)


def announce_settled(ids: Collection[uuid.UUID]) -> None:
    """Wake those who wait for these once the transaction is committed."""
    if connection.vendor == "postgresql" and ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, " ".join(str(id) for id in ids)])


@contextmanager
def _news_of(ids: set[str]) -> Iterator[Callable[[float], None]]:
    """A function that returns when there may be news, at the latest after the seconds that it is given."""
    if connection.vendor != "postgresql":
        yield lambda left: time.sleep(min(left, LOOK_EVERY_S))
        return
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
        try:
            yield lambda left: _await_notice(ids, min(left, LOOK_ANYWAY_S))
        finally:
            cursor.execute(f"UNLISTEN {CHANNEL}")


def _await_notice(ids: set[str], seconds: float) -> None:
    for notice in connection.connection.notifies(timeout=seconds):
        if ids & set(notice.payload.split()):
            return
