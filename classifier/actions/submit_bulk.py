"""Take in a file of up to 10,000 pictures, to be unpacked by a worker."""

from __future__ import annotations

from django.core.files import File
from django.db import transaction

from classifier import policy
from classifier.models import Batch, Classifier, Unpacking, User


def submit_bulk(*, by: User, classifier: Classifier | None, file: File[bytes], pictures: int) -> Batch:
    """A batch that fills as the file is unpacked. Without a classifier what each picture looks like decides.

    Raises policy.TooManyPictures.
    """
    policy.require_pace(by)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # two at once would both find room
        policy.require_room_for_bulk(by, pictures)
        batch = Batch.objects.create(owner=by)
        unpacking = Unpacking(batch=batch, classifier=classifier, total=pictures)
        unpacking.file.save("", file, save=False)
        unpacking.save(force_insert=True)
    return batch
