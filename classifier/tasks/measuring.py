"""Measuring versions on test pictures, where training happens: a file that is not there is what a gate still lacks."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from celery import current_app
from celery.signals import celeryd_after_setup, worker_shutdown

from classifier import dispatch
from classifier.models.measurements import Measurement, outstanding
from classifier.tasks.housekeeping import repeat

LOOK_EVERY_S = 3.0
AGAIN_AFTER_S = 600.0
LONGEST_S = 1800.0

logger = logging.getLogger(__name__)
_failed: dict[Path, float] = {}
_running: list[subprocess.Popen[bytes]] = []


@celeryd_after_setup.connect  # by now the worker knows which queues are its own
def start(**_: Any) -> None:
    if dispatch.TRAINING_QUEUE in current_app.amqp.queues.consume_from:
        repeat(measure_outstanding, LOOK_EVERY_S)


@worker_shutdown.connect
def leave(**_: Any) -> None:
    for process in _running:
        process.kill()


def measure_outstanding() -> None:
    """One after the other; what fails is tried again after ten minutes."""
    for one in outstanding():
        if time.monotonic() - _failed.get(one.file, -AGAIN_AFTER_S) >= AGAIN_AFTER_S:
            _measure(one)


def _measure(one: Measurement) -> None:
    """In a process of its own, so that TensorFlow's memory returns with its end."""
    one.file.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "classifier.ml", "measure", str(one.version.artifact)]
    command += ["--data", str(one.training_set.folder), "--out", str(one.file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        _running.append(process)
        words = _words(process)
        _running.remove(process)
    if process.returncode:
        _failed[one.file] = time.monotonic()
        logger.warning("%s cannot be measured: %s", one.version, words[-500:])


def _words(process: subprocess.Popen[bytes]) -> str:
    try:
        return process.communicate(timeout=LONGEST_S)[1].decode(errors="replace").strip()
    except subprocess.TimeoutExpired:
        process.kill()
        return f"it took longer than {LONGEST_S / 60:.0f} minutes"
