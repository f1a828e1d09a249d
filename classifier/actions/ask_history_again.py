"""Have a person's pictures answered by the version that is live now."""

from __future__ import annotations

from django.db import transaction

from classifier import dispatch
from classifier.models import Classifier, Image, ModelVersion, Person, Prediction
from classifier.models.identifiers import uuid7

MOST = 1_000


def ask_history_again(*, by: Person, classifier: Classifier) -> int:
    """Queue a new prediction for each of the person's pictures that only other versions of the classifier have answered, or
    the live one before a label got another name.

    The newest 1,000 at most; again, it goes on with the others. The old answers stay. They wait in a line of their own, so that
    what the person draws meanwhile is not behind them. Returns how many there are.
    """
    live = ModelVersion.objects.live_for(classifier)
    if live is None:
        return 0
    with transaction.atomic():
        Classifier.objects.select_for_update(no_key=True).get(pk=classifier.pk)  # two at once would ask for the same
        outdated = Prediction.objects.visible_to(by).answered_before(live)
        images = Image.objects.with_picture().filter(pk__in=outdated.values("image")).only("id", "width").order_by("-id")[:MOST]
        asked = Prediction.objects.queue(by, [(image, classifier) for image in images], line=uuid7())
        dispatch.wake_predictors()
    return len(asked)
