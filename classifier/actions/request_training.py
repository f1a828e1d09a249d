"""Ask for a new version of a classifier, trained from what people labelled."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from classifier import dispatch, policy
from classifier.ml import catalog
from classifier.models import Classifier, ModelVersion, Sample, TrainingRun, User
from classifier.models.training import BASES, FEWEST_PICTURES, default_recipe, training_base, with_too_few

WHAT_TO_DO = "Add some, or review what waits."
WITHOUT_BASE = (
    " Or let whoever runs the site name a copy of the data set that it came from, in DOODLE_TRAINING_DATA. Or make a classifier"
    " of your own, of the labels that you have pictures of."
)


class CannotTrain(ValueError):
    """There is too little to learn from; the message says of what more is needed."""

    code = "too_few_pictures"


class BadRecipe(ValueError):
    """No recipe of that name that could train this classifier here."""

    code, field = "bad_recipe", "recipe"


def request_training(
    *, by: User, classifier: Classifier, recipe: str = "", from_nothing: bool = False
) -> tuple[TrainingRun, bool]:
    """The classifier's queued run and True, or the one that is under way and False.

    It starts from the weights of the live version, or of the built-in classifier of its kind, unless `from_nothing`.
    Raises policy.MaintainersOnly, BadRecipe and CannotTrain.
    """
    policy.require_trainer(by, classifier)
    name = _checked_recipe(classifier, recipe)
    if running := _active(classifier):
        return running, False
    _require_pictures(classifier)
    start = None if from_nothing else ModelVersion.objects.to_start_from(classifier)
    try:
        with transaction.atomic():
            run = TrainingRun.objects.create(classifier=classifier, recipe=name, requested_by=by, start_from=start)
            dispatch.wake_trainers()
    except IntegrityError:  # two asked at the same moment
        if running := _active(classifier):
            return running, False
        raise
    return run, True


def _active(classifier: Classifier) -> TrainingRun | None:
    return TrainingRun.objects.active().filter(classifier=classifier).first()


def _checked_recipe(classifier: Classifier, name: str) -> str:
    suitable = [
        recipe.name for recipe in catalog.RECIPES.values() if recipe.dataset == "frozen" and recipe.kind == classifier.kind
    ]
    if name and name not in suitable:
        raise BadRecipe(f"There is no recipe {name!r} for {classifier.slug}. Choose {' or '.join(suitable)}, or leave it out.")
    return name or default_recipe(classifier)


def _require_pictures(classifier: Classifier) -> None:
    base, counts = training_base(classifier), Sample.objects.to_train_on(classifier).counted()
    held = [(name, counts[name]) for name in classifier.labels.values_list("name", flat=True)]
    if few := with_too_few(held, base):
        named = ", ".join(f"{name} has {pictures}" for name, pictures in few[:5])
        more = f", and {len(few) - 5:,} more labels have too few" if len(few) > 5 else ""
        rest = WITHOUT_BASE if classifier.slug in BASES and not base else ""
        raise CannotTrain(f"Each label needs {FEWEST_PICTURES} accepted pictures: {named}{more}. {WHAT_TO_DO}{rest}")
