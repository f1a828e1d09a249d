"""Hand waiting predictions to a worker, for a while."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.models import Prediction, Status
from classifier.models.predictions import CRASHED, LEASE, MAX_ATTEMPTS


def claim_predictions(*, worker: str, limit: int) -> list[Prediction]:
    """Up to `limit` of the oldest waiting predictions, now running, leased to `worker`, with the attempt's number.

    One that a worker did not come back from is claimed alone, so that a picture that kills its worker takes no neighbour along,
    and given up after three attempts.
    """
    with transaction.atomic():
        waiting = Prediction.objects.claimable().locked_for_claiming().only("id", "attempt", "status").order_by("id")
        rows = list(waiting[:limit])
        spent = [row.pk for row in rows if row.attempt >= MAX_ATTEMPTS]
        Prediction.objects.filter(pk__in=spent).fail("crashed", CRASHED)
        chosen = _alone_if_crashed([row for row in rows if row.attempt < MAX_ATTEMPTS])
        Prediction.objects.filter(pk__in=chosen).update(
            status=Status.RUNNING, attempt=F("attempt") + 1, lease_until=Now() + LEASE, worker=worker
        )
        claimed = Prediction.objects.filter(pk__in=chosen).select_related("image", "classifier").order_by("id")
        return list(claimed)


def _alone_if_crashed(rows: list[Prediction]) -> list[uuid.UUID]:
    fresh = [row.pk for row in rows if row.attempt == 0]
    crashed = [row.pk for row in rows if row.attempt > 0]
    return crashed[:1] or fresh
