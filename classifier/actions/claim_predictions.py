"""Hand waiting predictions to a worker, for a while."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.models import Prediction, Status, Worker
from classifier.models.predictions import CRASHED, LEASE, MAX_ATTEMPTS
from classifier.models.waiting import announce_settled


def claim_predictions(*, worker: str, limit: int) -> list[Prediction]:
    """Up to `limit` waiting predictions, now running, leased to `worker`, with the attempt's number: of each line one a round.

    One that a worker did not come back from is claimed alone, so that a picture that kills its worker takes no neighbour along,
    and given up after three attempts.
    """
    with transaction.atomic():
        lapsed = list(Prediction.objects.lapsed().locked_for_claiming().only("id", "attempt")[:limit])
        spent = [row.pk for row in lapsed if row.attempt >= MAX_ATTEMPTS]
        if spent:
            Prediction.objects.filter(pk__in=spent).fail("crashed", CRASHED)
            announce_settled(spent)
        crashed = [row.pk for row in lapsed if row.attempt < MAX_ATTEMPTS]
        chosen = crashed[:1] or _next_in_line(worker, limit)
        Prediction.objects.filter(pk__in=chosen).update(
            status=Status.RUNNING, attempt=F("attempt") + 1, lease_until=Now() + LEASE, worker=worker
        )
        return list(Prediction.objects.in_line().filter(pk__in=chosen).select_related("image", "classifier"))


def _next_in_line(worker: str, limit: int) -> list[uuid.UUID]:
    rows = list(Prediction.objects.waiting().locked_for_claiming().only("id", "turn")[:limit])
    if rows:
        Worker.objects.filter(name=worker).update(turn=rows[-1].turn)
    return [row.pk for row in rows]
