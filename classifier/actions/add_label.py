"""Give a classifier one label more."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, LabelChange, User


def add_label(*, by: User, classifier: Classifier, name: str) -> LabelChange:
    """It comes last, and no version says it before the next training run. Raises policy.MaintainersOnly and BadLabel."""
    policy.require_trainer(by, classifier)
    with transaction.atomic():
        held = Classifier.objects.locked(classifier)
        return LabelChange.objects.add(held, name.strip(), by=by)
