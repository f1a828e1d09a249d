"""Take in a picture or a drawing and queue its prediction."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from classifier import dispatch, policy
from classifier.models import Classifier, Fetch, Image, Person, Prediction, User
from classifier.sources.submission import Submission


class IdempotencyKeyReused(Exception):
    """The same key came with another picture."""

    code = "idempotency_key_reused"


def submit_image(
    *, by: Person, classifier: Classifier | None, submission: Submission, idempotency_key: str | None = None
) -> Prediction:
    """Store the image, once per person and content, with a new queued prediction, and wake a worker.

    Without a classifier what the picture looks like decides; one that is still at an address counts as a drawing until then.
    With a known `idempotency_key` the prediction made then is returned. Raises policy.TooManyPictures and IdempotencyKeyReused.
    """
    account = by if isinstance(by, User) else None
    if earlier := _made_with(account, idempotency_key):
        return _same_request(earlier, submission)
    policy.require_room_for_picture(by)
    try:
        with transaction.atomic():
            image = Image.objects.take_in(by, {submission.sha256: submission.image_of})[submission.sha256]
            asked = classifier or Classifier.objects.by_look()[submission.looks_like]
            (prediction,) = Prediction.objects.queue(by, [(image, asked)], idempotency_key)
            _send_on(prediction, submission, chooses=classifier is None)
    except IntegrityError:  # the same request came twice at once
        if earlier := _made_with(account, idempotency_key):
            return _same_request(earlier, submission)
        raise
    return prediction


def _made_with(account: User | None, key: str | None) -> Prediction | None:
    if account is None or key is None:
        return None
    return Prediction.objects.with_image().filter(asked_by=account, idempotency_key=key).first()


def _same_request(earlier: Prediction, submission: Submission) -> Prediction:
    fetch = Fetch.objects.filter(prediction=earlier).first()
    same = fetch.url == submission.url if fetch else earlier.image.sha256 == submission.sha256
    if not same:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another picture. Use a new key for each new request.")
    return earlier


def _send_on(prediction: Prediction, submission: Submission, chooses: bool) -> None:
    if submission.url:
        Fetch.objects.create(prediction=prediction, url=submission.url, made_for=prediction.image_id, chooses=chooses)
        dispatch.wake_fetchers()
    else:
        dispatch.wake_predictors()
