"""Let two labels be one."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, Label, LabelChange, Sample, User
from classifier.models.classifiers import FEWEST_LABELS
from classifier.models.labels import BadLabel


def merge_labels(*, by: User, classifier: Classifier, name: str, into: str) -> LabelChange:
    """What is labelled `name`, or so in its owner's word, is labelled `into`; `samples` of the change says how many those are.

    There is no way back: nobody could tell them apart any more. Reviews stay as they were given.
    Raises policy.MaintainersOnly, Label.DoesNotExist and BadLabel.
    """
    policy.require_trainer(by, classifier)
    with transaction.atomic():
        held = Classifier.objects.locked(classifier)
        label, other = labels_to_merge(held, name, into)
        samples = Sample.objects.filter(classifier=held).with_label(name).count()
        change = LabelChange.objects.merge(label, other, samples=samples, by=by)
        Sample.objects.follow_labels(held)
    return change


def labels_to_merge(classifier: Classifier, name: str, into: str) -> tuple[Label, Label]:
    """Raises Label.DoesNotExist, and BadLabel where they cannot be merged."""
    label, found = classifier.label(name), classifier.labels.filter(name=into.strip()).first()
    if found is None:
        raise BadLabel("into", classifier.has_no(into.strip()))
    if found == label:
        raise BadLabel("into", f"{label.name!r} cannot be merged into itself. Choose another label.")
    if classifier.labels.count() <= FEWEST_LABELS:
        raise BadLabel("into", f"A classifier needs {FEWEST_LABELS} labels at least, and this one would be left with less.")
    return label, found
