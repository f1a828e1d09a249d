"""What benchmarks.review_queue fills a database with."""

from __future__ import annotations

import hashlib
import random
import uuid

from django.contrib.auth.models import Group
from django.db import transaction

from classifier.models import Classifier, Image, Label, Review, Sample, User
from classifier.models.people import REVIEWERS

LABELS = ("house", "barn", "cat", "dog", "bird", "tree", "car", "boat", "moon", "star")
STROKES = [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]]
OPINION_OF = 5
"""Every fifth sample has one."""


@transaction.atomic
def fill(number: int) -> tuple[User, uuid.UUID]:
    """A reviewer, and a sample in the midst of their queue."""
    chance = random.Random(1)
    doodle = Classifier.objects.create(slug="doodle", title="Doodles", kind="drawing", opinions=2)
    labels = Label.objects.bulk_create(Label(classifier=doodle, position=at, name=name) for at, name in enumerate(LABELS))
    owner, reviewer, other = (User.objects.create(username=name) for name in ("owner", "reviewer", "other"))
    for person in (reviewer, other):
        person.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    images = Image.objects.bulk_create(_image(owner, at) for at in range(number))
    samples = Sample.objects.bulk_create(_sample(doodle, image, labels, chance) for image in images)
    _give_opinions(samples[::OPINION_OF], reviewer, other)
    return reviewer, samples[number // 2 + 1].pk


def _image(owner: User, at: int) -> Image:
    side = {"width": 256, "height": 256, "content_type": "image/png", "strokes": STROKES}
    return Image(owner=owner, source="import", sha256=hashlib.sha256(str(at).encode()).hexdigest(), **side)


def _sample(doodle: Classifier, image: Image, labels: list[Label], chance: random.Random) -> Sample:
    label, suggestion = chance.sample(labels, 2)
    doubt = {"suspicion": chance.uniform(0.5, 1), "suspected": label, "suspected_probability": chance.random() / 2}
    instead = {"suggestion": suggestion, "suggestion_probability": 0.5 + chance.random() / 2}
    return Sample(
        image=image, classifier=doodle, state="accepted", label=label, fingerprint=chance.getrandbits(62), **doubt, **instead
    )


def _give_opinions(samples: list[Sample], reviewer: User, other: User) -> None:
    """Half of them by the reviewer, who is not to meet these again."""
    for sample in samples:
        sample.opinions, sample.events = 1, 1
    Sample.objects.bulk_update(samples, ["opinions", "events"], batch_size=500)
    Review.objects.bulk_create(_opinion(sample, (reviewer, other)[at % 2]) for at, sample in enumerate(samples))


def _opinion(sample: Sample, by: User) -> Review:
    now = {"old_state": sample.state, "old_label": sample.label, "new_state": sample.state, "new_label": sample.label}
    said = {"verdict": "corrected", "label": sample.suggestion, "own": False, "decides": False, "one_of": 2, "number": 1}
    return Review(sample=sample, by=by, **said, **now)
