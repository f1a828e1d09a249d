"""Write down what a worker found, if the explanation is still its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Now

from classifier.models import Explanation, Neighbour, Status
from classifier.models.waiting import announce


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """A PNG with the heat, the nearest known pictures, and of the label and its rival the nearest each."""

    heatmap: bytes
    nearest: Sequence[Neighbour]
    of_label: Neighbour | None
    of_rival: Neighbour | None


def record_explanation(*, explanation: Explanation, result: Reasons | str) -> bool:
    """Its reasons, or why there are none. False where the lease went to another, who then decides."""
    mine = Explanation.objects.filter(pk=explanation.pk, attempt=explanation.attempt, status=Status.RUNNING)
    written = mine.fail(result) if isinstance(result, str) else mine.update(**_made(result))
    if written:
        announce([explanation.pk])
    return bool(written)


def _made(result: Reasons) -> dict[str, object]:
    return {
        "status": Status.SUCCEEDED,
        "finished_at": Now(),
        "lease_until": None,
        "heatmap": result.heatmap,
        "nearest": [one.kept() for one in result.nearest],
        "of_label": result.of_label.kept() if result.of_label else None,
        "of_rival": result.of_rival.kept() if result.of_rival else None,
    }
