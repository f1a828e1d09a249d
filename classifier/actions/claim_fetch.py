"""Hand a picture that is still at an address to a worker, for a while."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.models import Fetch, Prediction
from classifier.models.fetches import LEASE, MAX_ATTEMPTS
from classifier.models.predictions import CRASHED
from classifier.models.waiting import announce_settled


def claim_fetch() -> Fetch | None:
    """The oldest that waits, leased, with the attempt's number. One that three workers did not come back from is given up."""
    with transaction.atomic():
        _give_up_spent()
        waiting = Fetch.objects.claimable().of_people_with_room().locked_for_claiming().order_by("prediction_id").first()
        if waiting is None:
            return None
        Fetch.objects.filter(pk=waiting.pk).update(attempt=F("attempt") + 1, lease_until=Now() + LEASE)
        return Fetch.objects.get(pk=waiting.pk)


def _give_up_spent() -> None:
    rows = Fetch.objects.claimable().filter(attempt__gte=MAX_ATTEMPTS).locked_for_claiming()
    spent = [fetch.pk for fetch in rows]
    if spent:
        Prediction.objects.filter(pk__in=spent).fail("crashed", CRASHED)
        announce_settled(spent)
        Fetch.objects.filter(pk__in=spent).update(settled_at=Now(), lease_until=None)
