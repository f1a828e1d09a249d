"""Hand a training run to a trainer, for a while."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from classifier.models import RunStatus, TrainingRun
from classifier.models.training import CRASHED, LEASE, MOST_CRASHES
from classifier.models.webhooks import owe_training_run


def claim_training(*, worker: str) -> TrainingRun | None:
    """The oldest run that waits or was left behind, leased to `worker`, with the attempt's number.

    One that three trainers did not come back from is given up.
    """
    with transaction.atomic():
        _take_back()
        found = TrainingRun.objects.waiting().locked_for_claiming().first()
        if found is None:
            return None
        TrainingRun.objects.filter(pk=found.pk).update(
            status=RunStatus.RUNNING, attempt=F("attempt") + 1, lease_until=Now() + LEASE, worker=worker,
            started_at=Coalesce("started_at", Now()),
        )  # fmt: skip
        return TrainingRun.objects.for_showing().get(pk=found.pk)


def _take_back() -> None:
    """What was left behind waits again, or has failed."""
    lapsed = [run.pk for run in TrainingRun.objects.left_behind().locked_for_claiming()]
    TrainingRun.objects.filter(pk__in=lapsed).give_back(crashed=True)
    spent = [run.pk for run in TrainingRun.objects.waiting().filter(crashes__gte=MOST_CRASHES).locked_for_claiming()]
    TrainingRun.objects.filter(pk__in=spent).settle(RunStatus.FAILED, CRASHED)
    for id in spent:
        owe_training_run(id)
