"""Write down what a worker brought from an address, if the fetch is still its own."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from classifier import dispatch
from classifier.models import Classifier, Fetch, Image, Prediction
from classifier.models.waiting import announce_settled
from classifier.sources.submission import BadSubmission, Submission


def record_fetch(*, fetch: Fetch, result: Submission | BadSubmission) -> bool:
    """Give the image its picture, or fail the prediction. False where the lease went to another, who then decides.

    The attempt is the fencing token. A picture that its person has already stays one image: the prediction moves there.
    """
    with transaction.atomic():
        mine = Fetch.objects.filter(pk=fetch.pk, attempt=fetch.attempt, settled_at=None)
        if not mine.update(settled_at=Now(), lease_until=None):
            return False
        if isinstance(result, BadSubmission):
            Prediction.objects.filter(pk=fetch.pk).fail(result.code, str(result))
            announce_settled([fetch.pk])
        else:
            if fetch.chooses:
                Prediction.objects.filter(pk=fetch.pk).update(classifier=Classifier.objects.by_look()[result.looks_like])
            _take_in(Image.objects.select_for_update().get(predictions=fetch.pk), result)
            Prediction.objects.join_line(fetch.pk)
            dispatch.wake_predictors()
        return True


def _take_in(image: Image, picture: Submission) -> None:
    same = Image.objects.filter(owner=image.owner_id, visitor=image.visitor, sha256=picture.sha256).exclude(pk=image.pk)
    if not same.exists() and _kept(image, picture):
        return
    image.predictions.update(image=same.get())
    image.discard()


def _kept(image: Image, picture: Submission) -> bool:
    """False where the same picture came by another way at the same moment."""
    image.sha256, image.content_type = picture.sha256, picture.content_type
    image.width, image.height, image.looks_like = picture.width, picture.height, picture.looks_like
    image.keep(picture.picture or b"")
    try:
        with transaction.atomic():
            image.save(force_update=True)
    except IntegrityError:
        return False
    return True
