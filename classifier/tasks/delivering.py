"""Telling webhooks what is settled: claim one delivery, send it, record it, several at a time, until nothing is due.

In the process that fetches: addresses are slow, and all that goes out goes through the one guarded client.
"""

from __future__ import annotations

import json
import logging
import threading

from django.conf import settings
from django.db import connections
from django.utils import timezone

from classifier.actions.claim_delivery import claim_delivery
from classifier.actions.record_delivery import record_delivery
from classifier.models import Delivery
from classifier.sources.submission import BadSubmission
from classifier.sources.url.client import Rules, post

AT_ONCE = 4

logger = logging.getLogger(__name__)
_places = threading.BoundedSemaphore(AT_ONCE)


def deliver_waiting() -> None:
    """Deliver what is due, if a place is free. Whoever found something calls for help before it turns to an address."""
    if not _places.acquire(blocking=False):
        return
    try:
        while delivery := claim_delivery():
            call_for_help()
            record_delivery(delivery=delivery, status=send(delivery))
    finally:
        _places.release()


def call_for_help() -> None:
    threading.Thread(target=_help, name="deliver", daemon=True).start()


def _help() -> None:
    try:
        deliver_waiting()
    except Exception:
        logger.exception("Delivering failed and is tried again once the lease has run out")
    finally:
        connections.close_all()  # this thread's


def send(delivery: Delivery) -> int | None:
    """The status that the address answered; None where it could not be reached, or may not be."""
    now = timezone.now()
    body = json.dumps({**delivery.payload, "timestamp": delivery.created_at.isoformat()}).encode()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(delivery.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": delivery.webhook.signatures(delivery.pk, now, body),
    }
    try:
        return post(delivery.webhook.url, body, headers, Rules(allowed=settings.DOODLE_FETCH_ALLOW))
    except BadSubmission:
        return None
