"""Take in many pictures at once and queue their predictions."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from classifier import dispatch, policy
from classifier.models import Classifier, Fetch, Image, Person, Prediction
from classifier.sources.submission import Submission


def submit_images(*, by: Person, pictures: Sequence[tuple[Classifier | None, Submission]]) -> list[Prediction]:
    """One queued prediction for each, in their order; all or none. Raises policy.TooManyPictures.

    Where no classifier is named, what the picture looks like decides, as soon as it is here.
    """
    policy.require_room_for_picture(by, len(pictures))
    with transaction.atomic():
        images = Image.objects.take_in(by, {submission.sha256: submission.image_of for _, submission in pictures})
        suited = Classifier.objects.by_look() if any(classifier is None for classifier, _ in pictures) else {}
        asked = [(images[picture.sha256], classifier or suited[picture.looks_like]) for classifier, picture in pictures]
        predictions = Prediction.objects.queue(by, asked)
        fetches = [
            _fetch(queued, submission, chooses=classifier is None)
            for queued, (classifier, submission) in zip(predictions, pictures, strict=True)
            if submission.url
        ]
        Fetch.objects.bulk_create(fetches)
        if fetches:
            dispatch.wake_fetchers()
        dispatch.wake_predictors()
    return predictions


def _fetch(prediction: Prediction, submission: Submission, chooses: bool) -> Fetch:
    return Fetch(prediction=prediction, url=submission.url, made_for=prediction.image_id, chooses=chooses)
