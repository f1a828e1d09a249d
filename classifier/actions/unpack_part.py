"""Take in the next pictures of a file that is unpacked, if it is still the worker's own."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from classifier import dispatch
from classifier.models import Classifier, Image, Prediction, Unpacking
from classifier.models.unpackings import bulk_line
from classifier.models.webhooks import owe_batch
from classifier.sources.submission import BadSubmission, Submission

Found = tuple[str, Submission | BadSubmission]


def unpack_part(*, unpacking: Unpacking, found: Sequence[Found], problem: str = "") -> bool:
    """Queue a prediction for each; with a problem the rest is given up. False where it was cancelled or went to another.

    All of a part is stored, or nothing: whoever comes next goes on where the last whole part ended.
    """
    with transaction.atomic():
        mine = Unpacking.objects.held(unpacking).select_for_update().first()
        if mine is None:
            return False
        _take_in(unpacking, found)
        mine.next_place += len(found)
        mine.crashes, mine.lease_until = 0, None
        mine.save()
        if problem or mine.next_place >= mine.total:
            mine.settle(problem)
            owe_batch(mine.pk)
        dispatch.wake_predictors()
    return True


def _take_in(unpacking: Unpacking, found: Sequence[Found]) -> None:
    owner = unpacking.batch.owner
    assert owner is not None  # noqa: S101  only an account sends in bulk
    pictures = [one for _, one in found if isinstance(one, Submission)]
    images = Image.objects.take_in(owner, {picture.sha256: picture.image_of for picture in pictures})
    suited = Classifier.objects.by_look() if unpacking.classifier is None else {}
    asked = [(images[picture.sha256], unpacking.classifier or suited[picture.looks_like]) for picture in pictures]
    queued = Prediction.objects.queue(owner, asked, line=bulk_line(owner))
    files = [(name, str(one) if isinstance(one, BadSubmission) else None) for name, one in found]
    unpacking.batch.note(files, queued, first=unpacking.next_place)
