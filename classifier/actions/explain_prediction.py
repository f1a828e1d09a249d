"""Ask for the reasons of an answer: where in the picture they are, and which known pictures it is like."""

from __future__ import annotations

from django.db import transaction

from classifier import dispatch, policy
from classifier.models import Explanation, Person, Prediction, Status
from classifier.models.explanations import MOST_WAITING

SOON_S = 2


class NotAnswered(Exception):
    """There is no answer yet whose reasons could be told."""

    code = "not_answered"


class UnknownGuess(ValueError):
    """The version that answered knows no such label."""

    code, field = "unknown_label", "label"


def explain_prediction(*, by: Person, prediction: Prediction, label: str = "") -> Explanation:
    """What is known of it, or is being made; the best guess is explained where no `label` is given.

    What failed is made once more after a minute. Raises Prediction.DoesNotExist where the picture is not open to this person,
    NotAnswered, UnknownGuess and policy.TooManyPictures.
    """
    open_to = (
        Prediction.objects.filter(image__in=policy.images_open_to(by))
        .select_related("classifier", "model_version__classifier", "image")
        .defer("image__pixels", "image__strokes")
    )
    found = open_to.get(pk=prediction.pk)
    wanted = _label_of(found, label)
    known = Explanation.objects.filter(prediction=found, label=wanted).for_showing()
    made = known.first()
    if made and not known.worth_another_try().exists():
        return made
    _require_room(by, found)
    with transaction.atomic():
        if not Explanation.objects.filter(prediction=found, label=wanted).worth_another_try().ask():
            Explanation.objects.get_or_create(prediction=found, label=wanted)
        dispatch.wake_explainers()
    return known.get()


def _require_room(by: Person, prediction: Prediction) -> None:
    policy.require_pace(by)
    if Explanation.objects.pending_about_the_same(prediction).count() >= MOST_WAITING:
        message = f"At most {MOST_WAITING} explanations of one person's pictures are made at once. Ask again after one of them."
        raise policy.TooManyPictures(message, SOON_S)


def _label_of(prediction: Prediction, label: str) -> str:
    """As the answer has it, where that gave it another name."""
    if prediction.status != Status.SUCCEEDED:
        raise NotAnswered("There is no answer to explain yet. Wait until the prediction has succeeded.")
    wanted, guesses = label or prediction.label, [guess.label for guess in prediction.ranked]
    if wanted in guesses:
        return wanted
    version, words = prediction.model_version, prediction.classifier.words()
    today = words.get(wanted, wanted)
    if version is None or today not in version.says:
        raise UnknownGuess(f"The version that answered does not know {wanted[:100]!r}. Name one of its labels.")
    return next((name for name in guesses if words.get(name, name) == today), wanted)
