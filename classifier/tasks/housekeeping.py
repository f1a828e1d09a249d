"""What every worker process does by itself, whether or not the broker is there: beat, look for waiting work, and tidy up."""

from __future__ import annotations

import gc
import logging
import secrets
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

from celery import current_app
from celery.signals import celeryd_after_setup, worker_process_init, worker_process_shutdown, worker_shutdown
from django.core.management import call_command
from django.db import close_old_connections

from classifier import dispatch
from classifier.actions.sweep_storage import sweep_storage
from classifier.models import Delivery, Explanation, Job, Worker
from classifier.tasks import delivering, explaining, fetching, predicting, shadowing, training, unpacking

BEAT_EVERY_S = 1.0
RECONCILE_EVERY_S = 2.0
TIDY_EVERY_S = 60.0
MINUTES_A_DAY = 24 * 60

logger = logging.getLogger(__name__)
_leaving = threading.Event()
_minutes = count()
_first_folder = secrets.randbelow(256)  # so that workers that never live for long come to all of them too


@worker_process_init.connect  # in the solo pool's only process, and after the fork in each of a prefork pool's
def start(**_: Any) -> None:
    """Be warm before the worker says that it is ready. A worker for other queues answers no predictions."""
    if dispatch.PREDICTIONS_QUEUE not in current_app.amqp.queues.consume_from:
        return
    predicting.warm_up()
    _leaving.clear()
    beat()
    repeat(beat, BEAT_EVERY_S)
    repeat(reconcile, RECONCILE_EVERY_S)
    repeat(explaining.explain_waiting, RECONCILE_EVERY_S)
    repeat(tidy, TIDY_EVERY_S)
    repeat(shadowing.shadow_answered, shadowing.LOOK_EVERY_S)


@celeryd_after_setup.connect  # a pool of threads has no signal of its own, and `worker_ready` waits for the broker
def start_fetching(**_: Any) -> None:
    """Look for what no hint came for. A worker that only fetches does not count as one that answers.

    It beats in a thread alone: a connection made here would be inherited by the children of a pool that forks.
    """
    if dispatch.FETCHING_QUEUE in current_app.amqp.queues.consume_from:
        _leaving.clear()
        repeat(beat_fetching, BEAT_EVERY_S)
        repeat(fetching.call_for_help, RECONCILE_EVERY_S)
        repeat(delivering.call_for_help, RECONCILE_EVERY_S)
        repeat(unpacking.unpack_waiting, RECONCILE_EVERY_S)


@celeryd_after_setup.connect
def start_training(**_: Any) -> None:
    """The same for training runs."""
    if dispatch.TRAINING_QUEUE in current_app.amqp.queues.consume_from:
        _leaving.clear()
        training.start()
        repeat(training.beat, BEAT_EVERY_S)
        repeat(training.call_for_help, RECONCILE_EVERY_S)


@worker_process_shutdown.connect
@worker_shutdown.connect
def leave(**_: Any) -> None:
    gc.freeze()  # looking through all objects before it ends takes half a second of a processor, and ten where many want it
    _leaving.set()
    Worker.objects.leave(predicting.worker_name())
    Worker.objects.leave(fetching.worker_name())
    Worker.objects.leave(training.worker_name())


def beat() -> None:
    Worker.objects.beat(predicting.worker_name())


def beat_fetching() -> None:
    Worker.objects.beat(fetching.worker_name(), Job.FETCHING)


def reconcile() -> None:
    """Answer what no hint came for, and what another worker did not come back with."""
    while predicting.answer_pending() and not _leaving.is_set():
        pass


def tidy() -> None:
    """A folder of stored pictures a minute, which is all of them in some four hours.

    Expired sessions, old deliveries and old explanations at first and once a day.
    """
    minute = next(_minutes)
    sweep_storage(step=_first_folder + minute)
    if minute % MINUTES_A_DAY == 0:
        call_command("clearsessions")
        Delivery.objects.forget_old()
        Explanation.objects.forget_old()


def repeat(action: Callable[[], None], seconds: float) -> None:
    """Run `action` in a thread of its own until the worker leaves; a failure is logged and tried again."""

    def run() -> None:
        while not _leaving.wait(seconds):
            try:
                action()
            except Exception:
                logger.exception("%s failed and is tried again in %s s", action.__name__, seconds)
            finally:
                close_old_connections()

    threading.Thread(target=run, name=action.__name__, daemon=True).start()
