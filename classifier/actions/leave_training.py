"""Leave a training run to whoever comes next."""

from __future__ import annotations

from classifier.models import TrainingRun


def leave_training(*, run: TrainingRun, crashed: bool) -> bool:
    """Give it back, to be gone on with at once. False where it was cancelled or went to another.

    Of crashes a run has three; a trainer that only goes away does not count.
    """
    return bool(TrainingRun.objects.held(run).give_back(crashed=crashed))
