"""Note how probable it is that labels are wrong."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from classifier.models import ModelVersion, Sample

AT_A_TIME = 500
FIELDS = (
    "suspicion",
    "suspected_id",
    "suspected_probability",
    "suggestion_id",
    "suggestion_probability",
    "scored_by_id",
    "fingerprint",
)


@dataclass(frozen=True)
class Suspicion:
    """How probable it is, 0..1, that a sample's label is wrong; what the network gives it, and the likeliest other one."""

    sample: uuid.UUID
    suspicion: float
    suspected_id: int
    suspected_probability: float
    suggestion_id: int
    suggestion_probability: float
    fingerprint: int


def record_suspicions(*, version: ModelVersion, suspicions: Sequence[Suspicion]) -> None:
    """One write for all. Samples keep the moment at which people last changed them; who changed meanwhile stays as they are:
    a suspicion holds for the label that was suspected, and for no other."""
    rows = [_row(version, suspicion) for suspicion in suspicions]
    with transaction.atomic():
        Sample.objects.bulk_update(rows, [name.removesuffix("_id") for name in FIELDS], batch_size=AT_A_TIME)


def _row(version: ModelVersion, suspicion: Suspicion) -> Sample:
    values = {name: getattr(suspicion, name, version.pk) for name in FIELDS}
    return Sample(pk=suspicion.sample, **values)
