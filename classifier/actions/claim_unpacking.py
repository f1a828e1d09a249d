"""Hand a file that is to be unpacked to a worker, for one part of it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.models import Unpacking
from classifier.models.unpackings import CRASHED, LEASE, MOST_CRASHES
from classifier.models.webhooks import owe_batch


def claim_unpacking() -> Unpacking | None:
    """Leased, with the attempt's number. One whose next part three workers did not survive is given up."""
    with transaction.atomic():
        found = Unpacking.objects.claimable().locked_for_claiming().first()
        if found is None:
            return None
        if found.crashes >= MOST_CRASHES:
            found.settle(CRASHED)
            owe_batch(found.pk)
            return None
        Unpacking.objects.filter(pk=found.pk).update(
            attempt=F("attempt") + 1, crashes=F("crashes") + 1, lease_until=Now() + LEASE, worked_at=Now()
        )
        return Unpacking.objects.select_related("batch__owner", "classifier").get(pk=found.pk)
