"""Stop a training run; what it has learnt is thrown away."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.models import RunStatus, TrainingRun, User
from classifier.models.webhooks import owe_training_run


class CannotCancel(Exception):
    """The run is over."""

    code = "cannot_cancel"


def cancel_training(*, by: User, run: TrainingRun) -> TrainingRun:
    """The run, cancelled; again is the same. Its trainer notices within seconds, and writes nothing more.

    Raises TrainingRun.DoesNotExist where it is not open to the person, policy.MaintainersOnly and CannotCancel.
    """
    with transaction.atomic():
        found = TrainingRun.objects.visible_to(by).select_related("classifier").select_for_update(of=("self",)).get(pk=run.pk)
        policy.require_trainer(by, found.classifier)
        if found.active:
            TrainingRun.objects.filter(pk=found.pk).settle(RunStatus.CANCELLED, f"{by.username} cancelled it.")
            owe_training_run(found.pk)
        elif found.status != RunStatus.CANCELLED:
            raise CannotCancel(f"This run has {found.status} already: there is nothing to stop.")
    return TrainingRun.objects.for_showing().get(pk=found.pk)
