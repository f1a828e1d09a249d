"""Keep what a candidate answered unseen."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from classifier.models import Guess, ModelVersion, Prediction, ShadowAnswer


def record_shadow(
    *, version: ModelVersion, guesses: Mapping[UUID, Guess], live_ms: float | None = None, shadow_ms: float | None = None
) -> int:
    """The best guess for each prediction by its id, and what the call took beside one of the live version. Returns how many.

    Nothing where the version shadows no more; predictions that are gone meanwhile, or have one already, are left out.
    """
    with transaction.atomic():
        if not ModelVersion.objects.shadowing().filter(pk=version.pk).exists():
            return 0
        still_there = Prediction.objects.filter(pk__in=guesses).select_for_update(no_key=True, of=("self",))
        labels = dict(still_there.order_by("pk").values_list("pk", "label"))
        known = ShadowAnswer.objects.of(version).filter(prediction__in=labels).values_list("prediction", flat=True)
        for id in known:
            del labels[id]
        rows = [_row(version, id, label, guesses[id], live_ms, shadow_ms) for id, label in labels.items()]
        return len(ShadowAnswer.objects.bulk_create(rows, ignore_conflicts=True))


def _row(
    version: ModelVersion, id: UUID, answered: str, guess: Guess, live_ms: float | None, shadow_ms: float | None
) -> ShadowAnswer:
    return ShadowAnswer(
        prediction_id=id,
        version=version,
        label=guess.label,
        probability=guess.probability,
        differs=guess.label != answered,
        live_ms=live_ms,
        shadow_ms=shadow_ms,
    )
