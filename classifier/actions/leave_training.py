"""Leave a training run to whoever comes next."""

from __future__ import annotations

from django.db.models.functions import Now

from classifier.models import RunStatus, TrainingRun


def leave_training(*, run: TrainingRun, crashed: bool) -> bool:
    """Give it back, to be gone on with at once. A crash counts as an attempt of those that a run has; going away does not."""
    status = RunStatus.RUNNING if crashed else RunStatus.QUEUED
    return bool(TrainingRun.objects.held(run).update(status=status, lease_until=Now()))
