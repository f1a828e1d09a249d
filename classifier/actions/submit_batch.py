"""Take in the files that somebody sent together, and remember what became of each."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from classifier import dispatch, policy
from classifier.models import Batch, Classifier, Image, Person, Prediction
from classifier.models.images import owner_fields
from classifier.sources.submission import BadSubmission, Submission

Found = tuple[str, Submission | BadSubmission]


def submit_batch(*, by: Person, classifier: Classifier | None, files: Sequence[Found]) -> Batch:
    """Queue a prediction for each picture; a file that is none is remembered by its name and the refusal alone.

    Without a classifier what each looks like decides.
    All is stored or nothing. Raises policy.TooManyPictures.
    """
    policy.require_room_for_picture(by, len(files))
    pictures = [found for _, found in files if isinstance(found, Submission)]
    with transaction.atomic():
        images = Image.objects.take_in(by, {picture.sha256: picture.image_of for picture in pictures})
        suited = Classifier.objects.by_look() if classifier is None else {}
        asked = [(images[picture.sha256], classifier or suited[picture.looks_like]) for picture in pictures]
        queued = Prediction.objects.queue(by, asked)
        batch = Batch.objects.create(**owner_fields(by))
        batch.note([(name, str(found) if isinstance(found, BadSubmission) else None) for name, found in files], queued)
        dispatch.wake_predictors()
    return batch
