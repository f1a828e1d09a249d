"""Hand an explanation that is to be made to a worker, for a while."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.models import Explanation, Prediction, Status
from classifier.models.explanations import CRASHED, LEASE, MAX_ATTEMPTS


def claim_explanation() -> Explanation | None:
    """The oldest that waits, leased, with the attempt's number; after ten seconds it gives way to predictions no more.

    One that three workers did not come back from is given up.
    """
    with transaction.atomic():
        Explanation.objects.waiting().filter(attempt__gte=MAX_ATTEMPTS).fail(CRASHED)
        waiting = Explanation.objects.waiting()
        due = waiting.impatient() if Prediction.objects.waiting().exists() else waiting
        chosen = due.locked_for_claiming().first()
        if chosen is None:
            return None
        Explanation.objects.filter(pk=chosen.pk).update(
            status=Status.RUNNING, attempt=F("attempt") + 1, lease_until=Now() + LEASE
        )
        return Explanation.objects.select_related("prediction__image", "prediction__model_version__classifier").get(pk=chosen.pk)
