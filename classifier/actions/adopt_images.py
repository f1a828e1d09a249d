"""Give an account what its person drew before they signed up or logged in."""

import uuid

from django.db import transaction
from django.db.models import OuterRef, Subquery

from classifier.models import Image, Prediction, User


def adopt_images(*, by: User, visitor: uuid.UUID) -> int:
    """Move the visitor's images into the account and return how many came; a picture already there stays one image."""
    with transaction.atomic():
        drawn = Image.objects.filter(visitor=visitor)
        Prediction.objects.filter(image__visitor=visitor).update(asked_by=by)
        same = Image.objects.filter(owner=by, sha256=OuterRef("image__sha256")).values("pk")[:1]
        known = Image.objects.filter(owner=by).values("sha256")
        Prediction.objects.filter(image__visitor=visitor, image__sha256__in=known).update(image=Subquery(same))
        for twin in drawn.filter(sha256__in=known):
            twin.discard()
        return drawn.update(owner=by, visitor=None)
