"""End a training run that can come to nothing."""

from __future__ import annotations

from classifier.models import RunStatus, TrainingRun


def fail_training(*, run: TrainingRun, reason: str) -> bool:
    """Settle it with the reason, a sentence for people. False where it was cancelled or went to another."""
    return bool(TrainingRun.objects.held(run).settle(RunStatus.FAILED, reason))
