"""How whoever waits learns of news: one thread of each process looks for all of them.

PostgreSQL tells it (LISTEN and NOTIFY, after commit); without it it looks every 20 ms, however many wait. A waiter's own thread
sleeps meanwhile, without a database connection and without its place among those that work: `docs/decisions/waiting.md`.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from classifier.models.batches import Batch
from classifier.models.explanations import Explanation
from classifier.models.predictions import PENDING, Prediction
from classifier.models.training import TrainingRun
from classifier.models.webhooks import owe_predictions

CHANNEL = "predictions_settled"
LOOK_EVERY_S = 0.02
LOOK_ANYWAY_S = 1.0  # a notice may be missed, and not everything has one
SEATS = 240
"""So many may wait at once in one process."""
PLACES = 32
"""So many requests may be worked at once in one process, and so many database connections are held."""
NOTICE_S = 0.25  # of listening without a thought of whether anybody still waits
LINGER_S = 2.0

States = Mapping[uuid.UUID, Any]

logger = logging.getLogger(__name__)


def _of_predictions(ids: Collection[uuid.UUID]) -> States:
    return dict(Prediction.objects.filter(pk__in=ids).values_list("pk", "status"))


def _of_explanations(ids: Collection[uuid.UUID]) -> States:
    return dict(Explanation.objects.filter(pk__in=ids).values_list("pk", "status"))


def _of_batches(ids: Collection[uuid.UUID]) -> States:
    return {id: Batch.objects.progress_of(id) for id in ids}


def _of_training_runs(ids: Collection[uuid.UUID]) -> States:
    fields = ("status", "progress", "epoch", "epochs")
    return {run.pop("pk"): run for run in TrainingRun.objects.filter(pk__in=ids).values("pk", *fields)}


PREDICTIONS, EXPLANATIONS, BATCHES, TRAINING_RUNS = "predictions", "explanations", "batches", "training_runs"
LOOKS: dict[str, tuple[Callable[[Collection[uuid.UUID]], States], float]] = {
    PREDICTIONS: (_of_predictions, 0),
    EXPLANATIONS: (_of_explanations, 0),
    BATCHES: (_of_batches, 0.5),
    TRAINING_RUNS: (_of_training_runs, 0.5),
}
"""What can be watched: how to see its states, and how long not to look again."""


class Watch:
    """What one waiter waits for, as it was last seen: empty before the first look, None for what is gone."""

    def __init__(self, kind: str, ids: Collection[uuid.UUID]) -> None:
        self.kind, self.ids = kind, frozenset(ids)
        self.states: dict[uuid.UUID, Any] = {}
        self._news = threading.Event()

    def see(self, found: States) -> None:
        states = {id: found.get(id) for id in self.ids}
        if states != self.states:
            self.states = states
            self._news.set()

    def await_news(self, seconds: float) -> bool:
        """Whether something changed since the last news. The thread gives up what others need meanwhile."""
        with places.given_back():
            changed = self._news.wait(max(0.0, seconds))
        self._news.clear()
        return changed


class Lookout:
    """Looks for all who wait in this process, in a thread that is there while somebody does."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._look_at: dict[str, float] = {}

    @contextmanager
    def watching(self, kind: str, ids: Collection[uuid.UUID]) -> Iterator[Watch | None]:
        """None where all seats are taken."""
        watch = Watch(kind, ids)
        seated = self._join(watch)
        try:
            yield watch if seated else None
        finally:
            with self._lock:
                self._watches.discard(watch)

    def _join(self, watch: Watch) -> bool:
        with self._lock:
            if len(self._watches) >= SEATS:
                return False
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
                self._thread.start()
            return True

    def _run(self) -> None:
        while not self._leave():
            try:
                self._look_until_nobody_waits()
            except Exception as error:  # whatever it is, those who wait look once themselves in the end
                logger.warning("Whoever waits may be told late (%s).", error)
                time.sleep(LOOK_ANYWAY_S)
            finally:
                connections.close_all()  # this thread's

    def _leave(self) -> bool:
        with self._lock:
            if self._watches:
                return False
            self._thread = None
            return True

    def _look_until_nobody_waits(self) -> None:
        _listen()
        lonely_since = None
        while lonely_since is None or time.monotonic() - lonely_since < LINGER_S:
            self._look()
            self._await_notice()
            lonely_since = None if self._watches else lonely_since or time.monotonic()

    def _await_notice(self) -> None:
        if connection.vendor != "postgresql":
            time.sleep(LOOK_EVERY_S)
            return
        until = time.monotonic() + LOOK_ANYWAY_S
        while time.monotonic() < until:
            for _ in connection.connection.notifies(timeout=NOTICE_S, stop_after=1):
                return
            if not self._watches:
                return

    def _look(self) -> None:
        with self._lock:
            watches = list(self._watches)
        for kind, (states_of, rest_s) in LOOKS.items():
            mine = [watch for watch in watches if watch.kind == kind]
            if mine and time.monotonic() >= self._look_at.get(kind, 0):
                self._look_at[kind] = time.monotonic() + rest_s
                found = states_of(frozenset[uuid.UUID]().union(*(watch.ids for watch in mine)))
                for watch in mine:
                    watch.see(found)


class Places:
    """Those among the many threads of a web process that work, and may hold a database connection."""

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)
        self._mine = threading.local()

    def take(self) -> None:
        self._free.acquire()
        self._mine.taken = True

    def leave(self) -> None:
        self._mine.taken = False
        self._free.release()

    @contextmanager
    def given_back(self) -> Iterator[None]:
        """Let others work meanwhile. Nothing happens where no place was taken, as in a command."""
        if not getattr(self._mine, "taken", False):
            yield
            return
        connection.close()
        self.leave()
        try:
            yield
        finally:
            self.take()


lookout = Lookout()
places = Places(PLACES)


def wait_until_settled(ids: Collection[uuid.UUID], seconds: float, kind: str = PREDICTIONS) -> None:
    """Return when all these are answered, made or failed, after `seconds`, or at once where all seats are taken.

    `kind` is PREDICTIONS or EXPLANATIONS.
    """
    look, _ = LOOKS[kind]
    deadline = time.monotonic() + seconds
    if connection.in_atomic_block:  # what nobody else can see yet
        while time.monotonic() < deadline and _any_pending(look(ids)):
            time.sleep(LOOK_EVERY_S)
        return
    with lookout.watching(kind, ids) as watch:
        if watch is None or not _any_pending(look(ids)):
            return
        while time.monotonic() < deadline and (not watch.states or _any_pending(watch.states)):
            watch.await_news(deadline - time.monotonic())


def _any_pending(states: States) -> bool:
    return any(state in PENDING for state in states.values())


def announce_settled(ids: Collection[uuid.UUID]) -> None:
    """Owe their webhooks these predictions, and wake those who wait, once the transaction is committed."""
    owe_predictions(ids)
    announce(ids)


def announce(ids: Collection[uuid.UUID]) -> None:
    """Wake those who wait."""
    if connection.vendor == "postgresql" and ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, " ".join(str(id) for id in ids)])


def _listen() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
