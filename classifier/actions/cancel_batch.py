"""Take back what of a batch nobody has looked at."""

from __future__ import annotations

from django.db import transaction

from classifier.models import Batch, Person, Prediction, Status, Unpacking
from classifier.models.predictions import CANCELLED
from classifier.models.waiting import announce_settled
from classifier.models.webhooks import owe_batch

STOPPED = "It was cancelled: the rest was not unpacked."


def cancel_batch(*, by: Person, batch: Batch) -> Batch:
    """What is queued ends as failed, code `cancelled`; what is not unpacked yet never comes. Again changes nothing.

    Raises Batch.DoesNotExist where it is not theirs.
    """
    with transaction.atomic():
        own = Batch.objects.visible_to(by).get(pk=batch.pk)
        for unpacking in Unpacking.objects.under_way().filter(batch=own).select_for_update():
            unpacking.settle(STOPPED)
        queued = Prediction.objects.filter(batch_file__batch=own, status=Status.QUEUED, turn__isnull=False)
        ids = list(queued.values_list("pk", flat=True))
        Prediction.objects.filter(pk__in=ids, status=Status.QUEUED).fail("cancelled", CANCELLED)
        announce_settled(ids)
        owe_batch(own.pk)
    return own
