"""Take in what a training run ended in."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from classifier.ml.handover import Card
from classifier.models import ModelVersion, RunStatus, TrainingRun
from classifier.models.webhooks import owe_training_run


def finish_training(*, run: TrainingRun, artifact: Path) -> ModelVersion | None:
    """The classifier's next version, a candidate, with a copy of the artifact; None where the run was cancelled, or another's.

    Raises handover.BadCard where the artifact is incomplete or altered.
    """
    Card.load(artifact).check_weights(artifact)
    with transaction.atomic():
        if not TrainingRun.objects.held(run).settle(RunStatus.SUCCEEDED):
            return None
        version = ModelVersion.objects.take_in(run.classifier, artifact)
        TrainingRun.objects.filter(pk=run.pk).update(model_version=version, progress=1)
        owe_training_run(run.pk)
    return version
