"""Write down how far a training run has come, if it is still the trainer's own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models.functions import Now

from classifier.models import TrainingRun
from classifier.models.training import LEASE

LOG_KEPT = 8000


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`progress` of the whole (0..1), complete epochs, all epochs, their losses and accuracies, and the trainer's last words."""

    progress: float
    epoch: int
    epochs: int
    history: list[dict[str, float]]
    log: str

    def fields(self) -> dict[str, Any]:
        return {**asdict(self), "log": self.log[-LOG_KEPT:]}


def record_training(*, run: TrainingRun, progress: Progress | None = None) -> bool:
    """Extend the lease, with or without news. False where the run was cancelled or went to another: then stop."""
    fields = progress.fields() if progress else {}
    return bool(TrainingRun.objects.held(run).update(lease_until=Now() + LEASE, **fields))
