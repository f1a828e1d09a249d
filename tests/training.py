"""Classifiers with labelled pictures, to train from."""

from __future__ import annotations

from itertools import count
from typing import Any

from classifier.models import Classifier, Label, Sample, State, TrainingRun, TrainingSet, User
from tests.factories import make_image, make_user

SHAPES = ("circle", "line", "square")
_numbers = count()


def make_own_classifier(owner: User, slug: str = "shapes", labels: tuple[str, ...] = SHAPES) -> Classifier:
    """One that `owner` made."""
    made = Classifier.objects.create(slug=slug, title="Shapes", kind="drawing", made_by=owner)
    Label.objects.bulk_create(Label(classifier=made, position=at, name=name) for at, name in enumerate(labels))
    return made


def make_sample(classifier: Classifier, label: str, owner: User, **fields: Any) -> Sample:
    """A drawing that no other sample has, accepted with the label."""
    number = next(_numbers)
    zigzag = [[[0, 255, number % 200, 17], [0, number // 200 % 200, 255, number % 7]]]
    named = classifier.labels.get(name=label)
    given = {"state": State.ACCEPTED, "label": named, **fields}
    return Sample.objects.create(image=make_image(owner, strokes=zigzag), classifier=classifier, **given)


def fill(classifier: Classifier, each: int = 12, owners: list[User] | None = None) -> list[Sample]:
    """So many pictures of each label, given in turn by the owners: of the classifier, or several."""
    people = owners or [classifier.made_by or make_user()]
    names = list(classifier.labels.values_list("name", flat=True))
    return [
        make_sample(classifier, name, people[(at + place) % len(people)])
        for at in range(each)
        for place, name in enumerate(names)
    ]


def make_run(classifier: Classifier, **fields: Any) -> TrainingRun:
    return TrainingRun.objects.create(**{"classifier": classifier, "recipe": "people", **fields})


def make_training_set(classifier: Classifier) -> TrainingSet:
    """Its row; there is no folder."""
    return TrainingSet.objects.create(classifier=classifier, sha256=f"{next(_numbers):064}", split_by="picture", counts={})
