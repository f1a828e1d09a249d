"""What benchmarks.fairness measures, once Django is set up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import count

from django.db import transaction

import doodle_site.celery  # noqa: F401  the hints to the worker go through it
from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.submit_image import submit_image
from classifier.models import Classifier, Prediction, User, Worker
from classifier.models.waiting import wait_until_settled
from classifier.sources import canvas

SINGLES = 15
BATCH = 64
_numbers = count(1)


def somebody_answers() -> bool:
    return Worker.objects.alive().exists()


def waits(flood: int) -> dict[str, float]:
    """Seconds."""
    single = User.objects.create(username="single")
    empty = [_wait_of_one(single) for _ in range(SINGLES + 1)][1:]  # the first also starts what sends the hints
    last = _queue(User.objects.create(username="flood"), flood)[-1].pk
    started = time.perf_counter()
    behind: list[float] = []
    while len(behind) < SINGLES and Prediction.objects.waiting().exists():
        behind.append(_wait_of_one(single))
    wait_until_settled([last], 600)
    return {
        "empty_s": round(statistics.median(empty), 4),
        "behind_s": round(statistics.median(behind), 4),
        "worst_behind_s": round(max(behind), 4),
        "ratio": round(statistics.median(behind) / statistics.median(empty), 2),
        "singles_behind": len(behind),
        "drained_s": round(time.perf_counter() - started, 2),
    }


def costs(queued: int) -> dict[str, float]:
    """Milliseconds, by how many wait."""
    one = User.objects.create(username="many")
    found: dict[str, float] = {}
    for waiting in (BATCH * SINGLES, queued):
        with transaction.atomic():
            last = _queue(one, waiting)[-1]
            found[f"turn_ms_{waiting}"] = _milliseconds(lambda: Prediction.objects.next_turn(one.line))
            found[f"last_place_ms_{waiting}"] = _milliseconds(last.place_in_queue)
            found[f"claim_ms_{waiting}"] = _milliseconds(lambda: claim_predictions(worker="benchmark", limit=BATCH))
            transaction.set_rollback(True)
    return found


def _milliseconds(action: Callable[[], object]) -> float:
    times = []
    for _ in range(SINGLES - 1):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return round(statistics.median(times) * 1000, 2)


def _queue(by: User, number: int) -> list[Prediction]:
    """All of one image: to the queue it makes no difference."""
    first = _ask(by)
    return Prediction.objects.queue(by, [(first.image, first.classifier)] * number)


def _ask(by: User) -> Prediction:
    classifier = Classifier.objects.get(slug="doodle")
    drawing = [[[0, 100, next(_numbers)], [0, 100, 50]]]
    return submit_image(by=by, classifier=classifier, submission=canvas.from_strokes(drawing))


def _wait_of_one(by: User) -> float:
    """Seconds from handing a drawing in to its answer."""
    started = time.perf_counter()
    wait_until_settled([_ask(by).pk], 60)
    return time.perf_counter() - started
