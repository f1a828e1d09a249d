"""Which decided samples a network finds most alike to a picture, by what was kept of its answers about both."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from django.db.models import Exists, OuterRef

from classifier.models.people import Person
from classifier.models.predictions import Prediction
from classifier.models.questions import Question
from classifier.models.samples import Sample, SampleQuerySet

POOL = 5000
"""Of so many answers about decided samples, the newest, is looked through."""
SHOWN = 6


class LabelledAlike(NamedTuple):
    """A decided sample and how alike it is to the network: 1 is the same."""

    sample: Sample
    alike: float


def labelled_alike(prediction: Prediction, person: Person) -> list[LabelledAlike]:
    """Of its classifier, the nearest first, six at most: pictures about which the very version answered that answered here.

    Not what this person is tried with, whose answer it would tell. Nothing where nothing was kept of this answer.
    """
    own = Prediction.objects.filter(pk=prediction.pk).values_list("features", flat=True).first()
    kept = _kept(prediction, person) if own else {}
    if not own or not kept:
        return []
    likeness = _cosines(bytes(own), kept)
    nearest = sorted(likeness, key=likeness.__getitem__, reverse=True)[:SHOWN]
    samples = Sample.objects.for_showing().filter(classifier=prediction.classifier_id, image__in=nearest)
    shown = {sample.image_id: sample for sample in samples}
    return [LabelledAlike(shown[image], likeness[image]) for image in nearest if image in shown]


def _kept(prediction: Prediction, person: Person) -> dict[uuid.UUID, bytes]:
    """The features by image."""
    answers = Prediction.objects.answered().filter(
        Exists(_to_compare_with(prediction, person)), model_version=prediction.model_version_id, features__isnull=False
    )
    others = answers.exclude(image=prediction.image_id).order_by("-id")
    return {image: bytes(features) for image, features in others.values_list("image", "features")[:POOL] if features}


def _to_compare_with(prediction: Prediction, person: Person) -> SampleQuerySet:
    """To be used in a subquery of predictions."""
    tried = Question.objects.open_to(person).order_by().values("sample")
    return Sample.objects.to_train_on(prediction.classifier).filter(image=OuterRef("image")).exclude(pk__in=tried)


def _cosines(own: bytes, kept: Mapping[uuid.UUID, bytes]) -> dict[uuid.UUID, float]:
    one = np.frombuffer(own, np.float16).astype(np.float32)
    others = np.stack([np.frombuffer(features, np.float16) for features in kept.values()]).astype(np.float32)
    lengths = np.maximum(np.linalg.norm(others, axis=1) * np.linalg.norm(one), np.finfo(np.float32).tiny)
    return dict(zip(kept, np.clip(others @ one / lengths, -1, 1).tolist(), strict=True))
