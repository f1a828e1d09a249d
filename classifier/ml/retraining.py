"""A new version of a classifier: trained from a frozen set, and measured on the part of it that nothing was trained on."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml import evaluation, keeping, training, transfer
from classifier.ml.datasets import frozen
from classifier.ml.handover import TRAIN, Card, Manifest, Recipe
from classifier.ml.inference import BATCH, Recognizer
from classifier.ml.recipes.people import suited

TEST_FILE = "test.npz"
LIMITS = "It knows {labels}, as people gave {pictures:,} pictures of them; anything else gets one of these names, at times with \
high confidence. Of few pictures it has learnt little of how differently others draw or photograph the same."
OWN = "The pictures are those of the people who labelled them here."


def retrain(recipe: Recipe, data: Path, out: Path, *, start: Path | None = None, words: Mapping[str, str] | None = None) -> Card:
    """Train the frozen set in `data` into an artifact in `out`, from the weights of the artifact `start` or from nothing.

    `words` are today's names of labels that `start`, or the set, has by former ones.

    The card's metrics have "test" beside "validation", and `test.npz` what stands behind it: `probabilities` (n, labels),
    `labels` (n,), `images` (n,) the site's ids. Some of what it learnt from is kept beside them: see `keeping`.
    A killed run goes on. Raises BadCard, BadManifest.
    """
    manifest = Manifest.load(data)
    shown = sum(example.part == TRAIN for example in manifest.examples)
    fitted = suited(recipe, shown, start is not None)
    mine = replace(fitted, classifier=manifest.classifier, title=manifest.title, kind=manifest.kind, input=manifest.input)
    training.train(transfer.continuing(mine, start) if start else mine, data, out, start=start, words=words)
    limits = LIMITS.format(labels=_listed(manifest.labels), pictures=shown)
    source = _source(Card.load(start)) if start else ""
    card = replace(_measured(out, data), limits=limits, attribution=OWN + source)
    card.save(out)
    return keeping.keep(out, data)


def _source(start: Card) -> str:
    return f" It started from {start.title}: {start.attribution}"


def _measured(artifact: Path, data: Path) -> Card:
    unseen, recognizer = frozen.load_test(data), Recognizer(artifact)
    probabilities = recognizer.probabilities(unseen.pixels).astype(np.float32)
    np.savez(artifact / TEST_FILE, probabilities=probabilities, labels=unseen.labels, images=np.array(unseen.images))
    card = recognizer.card
    summary = evaluation.summary(probabilities, unseen.labels, card.unsure_below)
    per_class = evaluation.per_class(probabilities, unseen.labels, card.labels)
    trained = {**card.trained, "call_ms": _call_ms(recognizer, unseen.pixels[:BATCH])}
    return replace(card, metrics={**card.metrics, "test": {**summary, "per_class": per_class}}, trained=trained)


def _call_ms(recognizer: Recognizer, pictures: NDArray[Any]) -> float:
    """The median of ten calls with up to 16 pictures, which all take as long."""
    took = []
    for _ in range(10):
        started = time.perf_counter()
        recognizer.probabilities(pictures)
        took.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(took), 2)


def _listed(labels: tuple[str, ...]) -> str:
    return ", ".join(labels) if len(labels) <= 20 else f"{len(labels)} things"
