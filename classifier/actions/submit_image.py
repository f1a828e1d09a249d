"""Take in a picture or a drawing and queue its prediction."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from classifier import dispatch, policy
from classifier.models import Classifier, Image, Person, Prediction, User
from classifier.models.images import owner_fields
from classifier.sources.submission import Submission


class IdempotencyKeyReused(Exception):
    """The same key came with another picture."""

    code = "idempotency_key_reused"


def submit_image(*, by: Person, classifier: Classifier, submission: Submission, idempotency_key: str | None = None) -> Prediction:
    """Store the image, once per person and content, with a new queued prediction, and wake a worker.

    With a known `idempotency_key` the prediction made then is returned. Raises policy.TooManyPictures and IdempotencyKeyReused.
    """
    account = by if isinstance(by, User) else None
    if earlier := _made_with(account, idempotency_key):
        return _same_request(earlier, submission)
    policy.require_room_for_picture(by)
    try:
        with transaction.atomic():
            prediction = Prediction.objects.create(
                image=_image_of(by, submission), classifier=classifier, asked_by=account, idempotency_key=idempotency_key
            )
            dispatch.wake_predictors()
    except IntegrityError:  # the same request, or the same picture, came twice at once
        if earlier := _made_with(account, idempotency_key):
            return _same_request(earlier, submission)
        raise
    return prediction


def _made_with(account: User | None, key: str | None) -> Prediction | None:
    if account is None or key is None:
        return None
    return Prediction.objects.with_image().filter(asked_by=account, idempotency_key=key).first()


def _same_request(earlier: Prediction, submission: Submission) -> Prediction:
    if earlier.image.sha256 != submission.sha256:
        raise IdempotencyKeyReused("This Idempotency-Key was used for another picture. Use a new key for each new request.")
    return earlier


def _image_of(by: Person, submission: Submission) -> Image:
    known = Image.objects.visible_to(by).filter(sha256=submission.sha256).first()
    if known:
        return known
    image = Image(
        **owner_fields(by),
        source=submission.source,
        sha256=submission.sha256,
        width=submission.width,
        height=submission.height,
        content_type=submission.content_type,
        strokes=submission.strokes,
    )
    if submission.picture is not None:
        image.keep(submission.picture)
    image.save(force_insert=True)
    return image
