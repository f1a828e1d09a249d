"""Wakes a worker, by the task's name, after commit and never in the caller's way.

A message is only a hint: workers look at the database every two seconds without it. So it is sent by a thread of its own, one for
any number of pictures that came meanwhile, and a broker that is away costs nothing but that delay.
"""

from __future__ import annotations

import logging
import threading
import time

from celery import current_app
from django.db import transaction

PREDICT_PENDING = "classifier.predict_pending"
PREDICTIONS_QUEUE = "predictions"
EXPLAIN_PENDING = "classifier.explain_pending"
FETCH_PENDING = "classifier.fetch_pending"
FETCHING_QUEUE = "fetching"
TRAIN_PENDING = "classifier.train_pending"
TRAINING_QUEUE = "training"
SCORE_SAMPLES = "classifier.score_samples"
AFTER_FAILURE_S = 1.0

logger = logging.getLogger(__name__)


class Waker:
    """Sends one hint at a time; calls while one is on its way become the next one."""

    def __init__(self, task: str, queue: str) -> None:
        self._task, self._queue = task, queue
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=f"wake {self._queue}", daemon=True)
                self._thread.start()
        self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            self._send()

    def _send(self) -> None:
        try:
            current_app.send_task(self._task, queue=self._queue, expires=60, retry=False)
        except Exception as error:  # whatever the broker's client raises: the reconcilers do without it
            logger.warning("No worker could be woken (%s); they look by themselves every two seconds.", error)
            time.sleep(AFTER_FAILURE_S)


_wake_predictors = Waker(PREDICT_PENDING, PREDICTIONS_QUEUE)
_wake_explainers = Waker(EXPLAIN_PENDING, PREDICTIONS_QUEUE)
_wake_fetchers = Waker(FETCH_PENDING, FETCHING_QUEUE)
_wake_trainers = Waker(TRAIN_PENDING, TRAINING_QUEUE)


def wake_predictors() -> None:
    """Let a worker know, once the transaction is committed, that predictions are waiting."""
    transaction.on_commit(_wake_predictors)


def wake_explainers() -> None:
    """The same for explanations, which are made by those who answer."""
    transaction.on_commit(_wake_explainers)


def wake_fetchers() -> None:
    """The same for pictures that are still at an address."""
    transaction.on_commit(_wake_fetchers)


def wake_trainers() -> None:
    """The same for training runs."""
    transaction.on_commit(_wake_trainers)
