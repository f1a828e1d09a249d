"""Keep with an artifact a few examples of each label that it was trained on, for whoever asks what a picture was like to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml import catalog, feeding, neighbours
from classifier.ml.datasets import frozen
from classifier.ml.datasets.examples import Examples
from classifier.ml.handover import EXAMPLES_FILE, Card, Recipe, sha256_of
from classifier.ml.inference import Recognizer
from classifier.ml.neighbours import KeptExamples

LOOKED_AT = 60
"""Of each label so many are looked at where they are too many to keep all."""


def keep(artifact: Path, data: Path) -> Card:
    """Write `examples.npz` to `artifact`, of what it was trained on in the folder `data`, and its hash to the card.

    Raises BadCard for a damaged artifact, ValueError where the data is not what it was trained on, and as the data set's loader.
    """
    recognizer = Recognizer(artifact)
    card = recognizer.card
    recipe = Recipe(**card.recipe)
    chosen: dict[str, Any] = {"classes": recipe.classes, "cap_per_class": recipe.cap_per_class}
    examples: Examples = catalog.find(catalog.DATASETS, recipe.dataset)(data, validation_share=recipe.validation_share, **chosen)
    if examples.sha256() != card.trained["data_sha256"] or examples.class_names != card.labels:
        raise ValueError(f"{data} does not hold what {card.name} was trained on: examples are kept of nothing else.")
    images = frozen.images_of(data, **chosen) if recipe.dataset == "frozen" else ("",) * len(examples.labels)
    kept = _kept(recognizer, examples, images)
    kept.save(artifact / EXAMPLES_FILE)
    noted = replace(card, examples_sha256=sha256_of(artifact / EXAMPLES_FILE))
    noted.save(artifact)
    return noted


def _kept(recognizer: Recognizer, examples: Examples, images: Sequence[str]) -> KeptExamples:
    shown = np.flatnonzero(~examples.in_validation)
    found_of = [_some(shown[examples.labels[shown] == label]) for label in range(len(examples.class_names))]
    of_label = [rows for rows in found_of if len(rows)]
    embeddings = [recognizer.embeddings(feeding.clean(examples, rows, recognizer.card.input)) for rows in of_label]
    some = np.concatenate([rows[:2] for rows in of_label])
    first = np.concatenate([found[:2] for found in embeddings])
    most = neighbours.fitting(feeding.shown(examples, some), first, len(of_label))
    chosen = [neighbours.chosen(found, most) for found in embeddings]
    rows = np.concatenate([rows[places] for rows, places in zip(of_label, chosen, strict=True)])
    return KeptExamples(
        feeding.shown(examples, rows),
        examples.labels[rows],
        np.concatenate([found[places] for found, places in zip(embeddings, chosen, strict=True)]).astype(np.float16),
        tuple(images[row] for row in rows),
    )


def _some(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Evenly spread over all of them."""
    return rows if len(rows) <= LOOKED_AT else rows[np.linspace(0, len(rows) - 1, LOOKED_AT).astype(int)]
