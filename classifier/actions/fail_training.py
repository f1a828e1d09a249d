"""End a training run that can come to nothing."""

from __future__ import annotations

from django.db import transaction

from classifier.models import RunStatus, TrainingRun
from classifier.models.webhooks import owe_training_run


def fail_training(*, run: TrainingRun, reason: str) -> bool:
    """Settle it with the reason, a sentence for people. False where it was cancelled or went to another."""
    with transaction.atomic():
        settled = bool(TrainingRun.objects.held(run).settle(RunStatus.FAILED, reason))
        if settled:
            owe_training_run(run.pk)
    return settled
