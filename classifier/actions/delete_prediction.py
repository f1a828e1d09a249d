"""Remove one answer; its image goes with the last one."""

from django.db import transaction

from classifier.models import Person, Prediction


def delete_prediction(*, by: Person, prediction: Prediction) -> None:
    """Raises Prediction.DoesNotExist where it is not this person's."""
    with transaction.atomic():
        own = Prediction.objects.visible_to(by).with_image().get(pk=prediction.pk)
        image = own.image
        own.delete()
        if not image.predictions.exists():
            image.discard()
