"""Remove an image for good, with its predictions and its file."""

from django.db import transaction

from classifier.models import Image, Person


def delete_image(*, by: Person, image: Image) -> None:
    """Raises Image.DoesNotExist where it is not this person's."""
    with transaction.atomic():
        Image.objects.visible_to(by).get(pk=image.pk).discard()
