"""Give a classifier a picture with its label, to learn from."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, Image, Label, Sample, State, User
from classifier.sources.submission import BadSubmission, Submission

NOT_HERE = "A labelled picture cannot be fetched from an address: send the picture itself."


class UnknownLabel(ValueError):
    """The classifier has no such label."""

    code, field = "unknown_label", "label"


class LabelledOtherwise(Exception):
    """The same picture of the same person has been judged already, and not so."""

    code = "labelled_otherwise"


def add_sample(*, by: User, classifier: Classifier, submission: Submission, label: str) -> Sample:
    """The person's image, accepted with the label; the same again is the same sample.

    Raises policy.MaintainersOnly and policy.TooManyPictures, BadSubmission for an address, UnknownLabel, LabelledOtherwise.
    """
    policy.require_trainer(by, classifier)
    if submission.url:
        raise BadSubmission("picture_needed", NOT_HERE)
    named = _named(classifier, label)
    policy.require_room_for_picture(by)
    with transaction.atomic():
        image = Image.objects.take_in(by, {submission.sha256: submission.image_of})[submission.sha256]
        sample = Sample.objects.locked(image, classifier)
        if sample.state == State.NEW:
            sample.state, sample.label = State.ACCEPTED, named
            sample.save()
        elif sample.label != named or sample.state == State.EXCLUDED:
            raise LabelledOtherwise(_otherwise(sample))
    return sample


def _named(classifier: Classifier, name: str) -> Label:
    found = classifier.labels.filter(name=name).first()
    if found is None:
        raise UnknownLabel(classifier.has_no(name))
    return found


def _otherwise(sample: Sample) -> str:
    held = f"{sample.state}, {sample.label}" if sample.label else sample.state
    return f"You gave this picture before, and it is {held} now. Change that with a review of the image {sample.image_id}."
