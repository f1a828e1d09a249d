"""Fetching pictures from addresses: claim one, bring it, record it, several at a time, until nothing waits.

Hosts are slow, so this happens in threads, of a worker for this queue alone, which loads no TensorFlow.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import connections

from classifier import dispatch
from classifier.actions.claim_fetch import claim_fetch
from classifier.actions.record_fetch import record_fetch
from classifier.models import Fetch
from classifier.sources import url
from classifier.sources.submission import BadSubmission, Submission
from classifier.sources.url.client import Rules

AT_ONCE = 8

logger = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)
_claiming = threading.Lock()  # one after the other, so that each sees how many are under way for whom
_leaving = threading.Event()


def worker_name() -> str:
    """Not that of the same process as one that answers: it may do both."""
    return f"{socket.gethostname()}-{os.getpid()}-fetching"


@shared_task(name=dispatch.FETCH_PENDING)
def fetch_pending() -> None:
    """The hint's task."""
    fetch_waiting()


@worker_shutting_down.connect
def leave(**_: Any) -> None:
    _leaving.set()


def fetch_waiting() -> None:
    """Fetch what waits, if a place is free. Whoever found something calls for help before it turns to a host that may be slow."""
    if not _places.acquire(blocking=False):
        return
    try:
        while not _leaving.is_set() and (fetch := _claimed()):
            call_for_help()
            record_fetch(fetch=fetch, result=_brought(fetch.url))
    finally:
        _places.release()


def _claimed() -> Fetch | None:
    with _claiming:
        return claim_fetch()


def call_for_help() -> None:
    """One more thread; it ends where nothing waits or no place is free."""
    threading.Thread(target=_help, name="fetch", daemon=True).start()


def _help() -> None:
    try:
        fetch_waiting()
    except Exception:
        logger.exception("Fetching failed and is tried again once the lease has run out")
    finally:
        connections.close_all()  # this thread's


def _brought(address: str) -> Submission | BadSubmission:
    try:
        return url.bring(address, Rules(allowed=settings.DOODLE_FETCH_ALLOW))
    except BadSubmission as refusal:
        return refusal
