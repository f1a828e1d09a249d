"""Training: claim a run, freeze its set, train in a process of its own, record.

That process brings TensorFlow's memory and takes it away again, and may be killed at any moment: it ends with whoever started it
(its standard input closes), and whoever comes next goes on from its last epoch. Cancelling is killing it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from celery import shared_task
from celery.signals import worker_shutdown, worker_shutting_down
from django.db import connections

from classifier import dispatch
from classifier.actions.claim_training import claim_training
from classifier.actions.fail_training import fail_training
from classifier.actions.finish_training import finish_training
from classifier.actions.freeze_training_set import Base, TooFewPictures, freeze_training_set
from classifier.actions.leave_training import leave_training
from classifier.actions.record_training import Progress, record_training
from classifier.ml import catalog
from classifier.ml.datasets.examples import Examples
from classifier.ml.feeding import shown
from classifier.ml.handover import BadCard
from classifier.models import Job, TrainingRun, TrainingSet, Worker
from classifier.models.training import training_base

LOOK_EVERY_S = 1.0
KINDNESS = 10
"""How far predictions go before training where both want the processor (`nice`)."""
SECONDS_TO_LEAVE = 5.0
BASE_PER_LABEL = 200
HELD_OUT = 0.05
"""The share of a base that the bundled networks have never seen either."""
OF_TENSORFLOW = re.compile(r"WARNING: All log messages before absl|[IWEF]\d{4} [\d:.]+ +\d+ \S+:\d+\]")
"""What it says of the machine at its start: of no use to people, and in the way of what is."""
REFUSED = 2
FAILED = "The training failed. Its last words: {words}"
DAMAGED = "The trained network could not be taken in. {reason}"

logger = logging.getLogger(__name__)
_busy = threading.Lock()
_leaving = threading.Event()


@shared_task(name=dispatch.TRAIN_PENDING)
def train_pending() -> None:
    """The hint's task. It leaves at once: a run may take hours, and a worker must be able to end meanwhile."""
    call_for_help()


def call_for_help() -> None:
    """A thread that trains what waits, unless one does."""
    threading.Thread(target=_help, name="train", daemon=True).start()


def start() -> None:
    """In the process that trains: whatever it starts is as kind as itself."""
    _leaving.clear()
    os.nice(KINDNESS)


def worker_name() -> str:
    """Not that of the same process as one that answers: it may do both."""
    return f"{socket.gethostname()}-{os.getpid()}-training"


def beat() -> None:
    Worker.objects.beat(worker_name(), Job.TRAINING)


@worker_shutting_down.connect
def leave(**_: Any) -> None:
    _leaving.set()


@worker_shutdown.connect
def wait_until_left(**_: Any) -> None:
    """Give the run back before the process ends, so that the next one need not wait for the lease to run out."""
    if _busy.acquire(timeout=SECONDS_TO_LEAVE):
        _busy.release()


def _help() -> None:
    try:
        train_waiting()
    except Exception:
        logger.exception("Training failed and is tried again once the lease has run out")
    finally:
        connections.close_all()  # this thread's


def train_waiting() -> None:
    """Train what waits, one run after the other."""
    if not _busy.acquire(blocking=False):
        return
    try:
        while not _leaving.is_set() and (run := claim_training(worker=worker_name())):
            _train(run)
    finally:
        _busy.release()


def _train(run: TrainingRun) -> None:
    try:
        frozen = run.training_set or _frozen(run)
    except (TooFewPictures, OSError, ValueError) as error:
        fail_training(run=run, reason=str(error))
        return
    run.folder.mkdir(parents=True, exist_ok=True)
    with (run.folder / "log").open("ab") as log, _started(run, frozen, log) as process:
        held = _followed(run, process)
    _settle(run, process.returncode, held)


def _frozen(run: TrainingRun) -> TrainingSet:
    with _lease_renewed(run):
        return freeze_training_set(run=run, base=_base(run))


def _base(run: TrainingRun) -> Base | None:
    """Some of the data set that the classifier comes from. Raises OSError and ValueError where it is damaged."""
    found = training_base(run.classifier)
    if found is None:
        return None
    load = catalog.find(catalog.DATASETS, found.dataset)
    classes, today = list(found.labels), list(found.labels.values())
    examples: Examples = load(found.folder, classes=classes, cap_per_class=BASE_PER_LABEL, validation_share=HELD_OUT)
    pixels = shown(examples, np.arange(len(examples.labels)))
    return Base(found.dataset, pixels, [today[label] for label in examples.labels], examples.in_validation)


@contextmanager
def _lease_renewed(run: TrainingRun) -> Iterator[None]:
    done = threading.Event()

    def renew() -> None:
        while not done.wait(LOOK_EVERY_S) and record_training(run=run):
            pass
        connections.close_all()

    threading.Thread(target=renew, name="lease", daemon=True).start()
    try:
        yield
    finally:
        done.set()


@contextmanager
def _started(run: TrainingRun, frozen: TrainingSet, log: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The process that trains, killed at the latest when this is left."""
    command = [sys.executable, "-m", "classifier.ml", "retrain", run.recipe, "--while-stdin"]
    command += ["--data", str(frozen.folder), "--out", str(artifact_of(run))]
    command += ["--from", str(run.start_from.artifact)] if run.start_from else []
    command += ["--words", json.dumps(run.classifier.words())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT) as process:
        try:
            yield process
        finally:
            process.kill()


def artifact_of(run: TrainingRun) -> Path:
    return run.folder / "artifact"


def _followed(run: TrainingRun, process: subprocess.Popen[bytes]) -> bool:
    """Whether the run was still ours when its process ended, or when we must go."""
    while process.poll() is None:
        if not record_training(run=run, progress=_progress(run)):
            return False
        if _leaving.wait(LOOK_EVERY_S):
            return True
    return record_training(run=run, progress=_progress(run))


def _progress(run: TrainingRun) -> Progress:
    """What the process has written into its folder."""
    history = _read(artifact_of(run) / "history.json", [])
    far = _read(artifact_of(run) / "progress.json", {"epoch": 0, "epochs": 0, "progress": 0.0})
    return Progress(**{**far, "epoch": len(history)}, history=history, log="\n".join(words_of(run.folder / "log")))


def words_of(log: Path) -> list[str]:
    """The lines of a training process, without TensorFlow's own."""
    return [line for line in log.read_text(errors="replace").splitlines() if not OF_TENSORFLOW.match(line)]


def _read(path: Path, otherwise: Any) -> Any:
    return json.loads(path.read_text()) if path.exists() else otherwise


def _settle(run: TrainingRun, code: int, held: bool) -> None:
    if held and code != 0 and (_leaving.is_set() or code < 0):
        leave_training(run=run, crashed=not _leaving.is_set())
        return
    if held and code == 0:
        _take_in(run)
    elif held:
        words = [line for line in words_of(run.folder / "log") if line.strip()]
        fail_training(run=run, reason=FAILED.format(words=words[-1] if words else f"exit code {code}"))
    if not TrainingRun.objects.active().filter(pk=run.pk).exists():  # or it is another trainer's now
        shutil.rmtree(run.folder, ignore_errors=True)


def _take_in(run: TrainingRun) -> None:
    try:
        finish_training(run=run, artifact=artifact_of(run))
    except BadCard as error:
        logger.exception("What %s ended in cannot be taken in", run)
        fail_training(run=run, reason=DAMAGED.format(reason=error))
