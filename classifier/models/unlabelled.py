"""What people sent to a classifier and nobody has decided: which of it to label next."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from django.db.models import Exists, OuterRef, Q
from numpy.typing import NDArray

from classifier.ml import choosing
from classifier.models.classifiers import Classifier
from classifier.models.images import ImageQuerySet
from classifier.models.predictions import Prediction, PredictionQuerySet
from classifier.models.samples import Sample
from classifier.models.verdicts import State

POOL = 5000
"""Of so many answers, the newest, is chosen."""
ENOUGH = 200
"""From so many on it is chosen of those alone of which is kept what the newest version sees in them."""


class Answered(NamedTuple):
    """What is kept of an answer, by its prediction's id."""

    id: uuid.UUID
    guesses: Sequence[dict[str, float | str]]
    features: bytes | None
    version: uuid.UUID | None


class Telling(NamedTuple):
    """An answered picture that is worth a label, with its sample (one that is not stored where there is none)."""

    prediction: Prediction
    sample: Sample

    @property
    def margin(self) -> float:
        """How much more probable the best guess is than the second: the smaller, the less the network knows."""
        best, second = ([guess.probability for guess in self.prediction.ranked] + [0.0, 0.0])[:2]
        return round(best - second, 6)


def most_telling(
    classifier: Classifier, images: ImageQuerySet, count: int, *, words: bool, passed_over: Collection[uuid.UUID] = ()
) -> list[Telling]:
    """Of `images` those whose labels would teach the classifier most, the least sure first, `count` at most.

    `words` are wanted: what has its owner's word is left out. Without it, that still waits for a decision.
    """
    answered = _undecided(classifier, images, words=words).exclude(image__in=passed_over)
    rows = answered.order_by("-id").values_list("image", "pk", "guesses", "features", "model_version")[:POOL]
    pool = list({image: Answered(*row) for image, *row in reversed(rows)}.values())
    return _with_samples(_chosen(pool, count), classifier) if pool else []


def _chosen(pool: Sequence[Answered], count: int) -> list[uuid.UUID]:
    """By what the network sees in the pictures, where enough of them have that from one and the same version."""
    seen = [one for one in pool if one.features and one.version == pool[-1].version]
    if len(seen) < max(ENOUGH, count):
        chosen = choosing.choose(_probabilities([one.guesses for one in pool]), count)
        return [pool[row].id for row in chosen]
    features = np.stack([np.frombuffer(one.features or b"", np.float16) for one in seen])
    chosen = choosing.choose(_probabilities([one.guesses for one in seen]), count, features)
    return [seen[row].id for row in chosen]


def _undecided(classifier: Classifier, images: ImageQuerySet, *, words: bool) -> PredictionQuerySet:
    settled = ~Q(state=State.NEW) | ~Q(word="") if words else ~Q(state=State.NEW)
    samples = Sample.objects.filter(settled, image=OuterRef("image"), classifier=classifier)
    return Prediction.objects.answered().filter(~Exists(samples), classifier=classifier, image__in=images.with_picture())


def _probabilities(guesses: Sequence[Sequence[dict[str, float | str]]]) -> NDArray[np.float64]:
    """(n, labels that were guessed), what was not kept 0."""
    places = {name: place for place, name in enumerate(dict.fromkeys(str(one["label"]) for row in guesses for one in row))}
    found = np.zeros((len(guesses), max(len(places), 1)))
    for row, given in enumerate(guesses):
        for one in given:
            found[row, places[str(one["label"])]] = one["probability"]
    return found


def _with_samples(ids: Sequence[uuid.UUID], classifier: Classifier) -> list[Telling]:
    shown = Prediction.objects.select_related("image").defer("image__pixels", "image__strokes", "features").in_bulk(ids)
    images = [row.image_id for row in shown.values()]
    samples = {row.image_id: row for row in Sample.objects.for_showing().filter(classifier=classifier, image__in=images)}
    return [Telling(shown[id], samples.get(shown[id].image_id, Sample())) for id in ids if id in shown]
