"""Ask once more what failed."""

from __future__ import annotations

from django.db import transaction

from classifier import dispatch, policy
from classifier.models import Fetch, Person, Prediction, Status


class CannotRetry(Exception):
    """The prediction has not failed."""

    code = "not_failed"


def retry_prediction(*, by: Person, prediction: Prediction) -> Prediction:
    """A new prediction of the same image by the same classifier; a picture that never came is fetched again.

    Raises Prediction.DoesNotExist where it is not theirs, CannotRetry and policy.TooManyPictures.
    """
    failed = Prediction.objects.visible_to(by).with_image().get(pk=prediction.pk)
    if failed.status != Status.FAILED:
        raise CannotRetry("Only a failed prediction can be retried. Send the picture again for another answer.")
    policy.require_pace(by)
    with transaction.atomic():
        (again,) = Prediction.objects.queue(by, [(failed.image, failed.classifier)])
        if failed.image.width:
            dispatch.wake_predictors()
        else:
            _fetch_again(failed, again)
    return again


def _fetch_again(failed: Prediction, again: Prediction) -> None:
    earlier = Fetch.objects.get(prediction=failed)
    Fetch.objects.create(prediction=again, url=earlier.url, made_for=earlier.made_for, chooses=earlier.chooses)
    dispatch.wake_fetchers()
