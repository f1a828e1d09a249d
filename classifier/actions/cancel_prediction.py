"""Take a prediction back while nobody has looked at it."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from classifier.models import Fetch, Person, Prediction, Status
from classifier.models.predictions import CANCELLED
from classifier.models.waiting import announce_settled


class CannotCancel(Exception):
    """The prediction does not wait any more."""

    code = "not_queued"


def cancel_prediction(*, by: Person, prediction: Prediction) -> None:
    """It ends as failed, code `cancelled`. Raises Prediction.DoesNotExist where it is not theirs, and CannotCancel."""
    with transaction.atomic():
        own = Prediction.objects.visible_to(by).get(pk=prediction.pk)
        Fetch.objects.filter(prediction=own, settled_at=None).update(settled_at=Now(), lease_until=None)
        if not Prediction.objects.filter(pk=own.pk, status=Status.QUEUED).fail("cancelled", CANCELLED):
            raise CannotCancel("Only a queued prediction can be cancelled; this one is being answered, or is settled.")
        announce_settled([own.pk])
