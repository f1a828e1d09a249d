"""Call a label something else."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, LabelChange, User
from classifier.models.labels import BadLabel


def rename_label(*, by: User, classifier: Classifier, name: str, to: str) -> LabelChange:
    """Its samples and reviews have the new name at once, and so has every answer from now on, by whatever version.

    Raises policy.MaintainersOnly, Label.DoesNotExist and BadLabel.
    """
    policy.require_trainer(by, classifier)
    with transaction.atomic():
        held = Classifier.objects.locked(classifier)
        label = held.label(name)
        if to.strip() == label.name:
            raise BadLabel("name", f"It is called {label.name!r} already. Give another name.")
        return LabelChange.objects.rename(label, to.strip(), by=by)
