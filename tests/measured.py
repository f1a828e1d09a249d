"""Versions with whole files, measured on test pictures. Their weights mean nothing; their answers are known beforehand."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from django.contrib.auth.models import Group

from classifier.ml import evaluation
from classifier.ml.catalog import PRETRAINED
from classifier.ml.handover import CARD_FILE, Card, sha256_of
from classifier.models import Classifier, ModelVersion, Promotion, TrainingRun, TrainingSet, User
from classifier.models.measurements import Measurement, measurement, set_of
from classifier.models.people import MAINTAINERS
from tests.factories import make_labels, make_user

LABELS = ("cat", "dog", "bird", "house")
WEIGHTS = "model.weights.h5"


def make_maintainer(username: str | None = None) -> User:
    user = make_user(username)
    user.groups.add(Group.objects.get_or_create(name=MAINTAINERS)[0])
    return user


def make_whole_version(weights: bytes = b"weights", *, live: bool = False, **metrics: Any) -> ModelVersion:
    """The next version of doodle, live or a candidate, with a card and weights that fit it."""
    classifier = make_labels(*LABELS)
    number = classifier.versions.count() + 1
    version = ModelVersion(classifier=classifier, number=number)
    version.artifact.mkdir(parents=True)
    (version.artifact / WEIGHTS).write_bytes(weights)
    bundled = Card.load(PRETRAINED / "doodle")
    own: dict[str, Any] = {
        "weights_file": WEIGHTS,
        "weights_sha256": sha256_of(version.artifact / WEIGHTS),
        "examples_sha256": None,
    }
    card = replace(bundled, labels=LABELS, metrics=metrics, **own)
    card.save(version.artifact)
    version.card, version.card_sha256 = asdict(card), sha256_of(version.artifact / CARD_FILE)
    version.save()
    if live:
        Promotion.objects.put_live(version)
    return version


def make_candidate(accuracy: float = 0.9, pictures: int = 400, images: tuple[str, ...] = (), seed: int = 1) -> ModelVersion:
    """One that was trained on a set of its own, and is right so often on its test part."""
    answers = _answers(accuracy, pictures, images, seed)
    summary = evaluation.summary(answers["probabilities"], answers["labels"], 0.4)
    per_class = evaluation.per_class(answers["probabilities"], answers["labels"], LABELS)
    version = make_whole_version(f"trained {seed}".encode(), test={**summary, "per_class": per_class})
    training_set = make_set(version.classifier)
    TrainingRun.objects.create(
        classifier=version.classifier, recipe="people", status="succeeded", progress=1, epoch=3, epochs=3,
        training_set=training_set, model_version=version, history=CURVES, log="epoch 3 of 3",
    )  # fmt: skip
    np.savez(measurement(version, training_set).file, **answers)
    return version


def make_set(classifier: Classifier) -> TrainingSet:
    digest = f"{classifier.training_sets.count():064x}"
    counts = {label: {"train": 80, "validation": 10, "test": 100} for label in LABELS}
    made = TrainingSet.objects.create(classifier=classifier, sha256=digest, split_by="person", counts=counts)
    made.folder.mkdir(parents=True)
    return made


def measure(
    version: ModelVersion, beside: ModelVersion, accuracy: float, pictures: int = 400, images: tuple[str, ...] = (), seed: int = 2
) -> Measurement:
    """`version` is right so often on the test pictures of the candidate `beside`."""
    training_set = set_of(beside)
    assert training_set
    measured = measurement(version, training_set)
    measured.file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(measured.file, **_answers(accuracy, pictures, images, seed))
    return measured


def damage(version: ModelVersion) -> None:
    path = version.artifact / version.card["weights_file"]
    path.write_bytes(path.read_bytes() + b"!")


def _answers(accuracy: float, pictures: int, images: tuple[str, ...], seed: int) -> dict[str, Any]:
    """As sure as it is often right; wrong answers name the class that comes next."""
    labels = np.arange(pictures) % len(LABELS)
    wrong = np.random.default_rng(seed).permutation(pictures) < round((1 - accuracy) * pictures)
    probabilities = np.full((pictures, len(LABELS)), (1 - accuracy) / (len(LABELS) - 1), dtype=np.float32)
    probabilities[np.arange(pictures), (labels + wrong) % len(LABELS)] = accuracy
    named = [images[row] if row < len(images) else "" for row in range(pictures)]
    return {"probabilities": probabilities, "labels": labels, "images": np.array(named)}


CURVES = [
    {"accuracy": 0.5, "loss": 1.2, "val_accuracy": 0.6, "val_loss": 1.0, "seconds": 2.0},
    {"accuracy": 0.7, "loss": 0.8, "val_accuracy": 0.75, "val_loss": 0.7, "seconds": 2.0},
    {"accuracy": 0.9, "loss": 0.4, "val_accuracy": 0.85, "val_loss": 0.5, "seconds": 2.0},
]
