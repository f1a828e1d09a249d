"""Give an account what its person drew before they signed up or logged in."""

import uuid

from django.db import transaction

from classifier.models import Batch, Image, Prediction, Review, User


def adopt_images(*, by: User, visitor: uuid.UUID) -> None:
    """Move the visitor's images into the account; a picture that is there already stays one image, with all its answers.

    What the visitor said comes along too, unless the account has said something of that picture in that classifier.
    """
    with transaction.atomic():
        drawn = Image.objects.filter(visitor=visitor)
        Prediction.objects.filter(image__visitor=visitor).update(asked_by=by)
        Review.objects.filter(sample__image__visitor=visitor, own=True).update(by=by)
        kept = {image.sha256: image for image in Image.objects.filter(owner=by, sha256__in=drawn.values("sha256"))}
        for twin in drawn.filter(sha256__in=kept):
            twin.predictions.update(image=kept[twin.sha256])
            known = kept[twin.sha256].samples.values("classifier")
            twin.samples.exclude(classifier__in=known).update(image=kept[twin.sha256])
            twin.discard()
        drawn.update(owner=by, visitor=None)
        Batch.objects.filter(visitor=visitor).update(owner=by, visitor=None)
