"""Queue a new prediction for a picture that is here already."""

from __future__ import annotations

from django.db import transaction

from classifier import dispatch, policy
from classifier.models import Classifier, Image, Person, Prediction


def ask_again(*, by: Person, image: Image, classifier: Classifier | None = None) -> Prediction:
    """Of this classifier, or of the one that was asked last.

    Raises Image.DoesNotExist where it is not theirs, and policy.TooManyPictures.
    """
    own = Image.objects.visible_to(by).with_picture().get(pk=image.pk)
    policy.require_pace(by)
    with transaction.atomic():
        asked = classifier or Classifier.objects.filter(predictions__image=own).latest("predictions__id")
        prediction = Prediction.objects.queue(by, [(own, asked)])[0]
        dispatch.wake_predictors()
    return prediction
