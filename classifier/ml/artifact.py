"""Writes the folder that a training run ends in: the weights, and the card that says what they are worth."""

from __future__ import annotations

import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from classifier.ml import calibration, evaluation, views
from classifier.ml.datasets.examples import Examples
from classifier.ml.handover import Card, Recipe, sha256_of

WEIGHTS_FILE = "model.weights.h5"
OF_THE_RECIPE = ("name", "title", "classifier", "kind", "input", "views", "network", "network_options")
ATTRIBUTION = {
    "drawing": "The Quick, Draw! Dataset, made available by Google, Inc. under CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/).",
    "photo": 'CIFAR-10, collected by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton: A. Krizhevsky, "Learning Multiple Layers '
    'of Features from Tiny Images", 2009 (https://www.cs.toronto.edu/~kriz/cifar.html).',
}
LIMITS = {
    "drawing": "Labels are what players were asked to draw; about one in ten is in doubt. Most classes were learnt from some "
    "360 drawings. Look-alikes are confused (cake and birthday cake, the string instruments, the round fruits). It knows line "
    "drawings only: filled shapes, shading, text and photographs get a confident-looking guess at times.",
    "photo": "It knows ten things, each filling most of a picture of 32x32 pixels; anything else gets one of their names, at "
    "times with high confidence. Larger photos are shrunk, and those longer than 4:3 lose their ends: what is small in the "
    "picture is lost. Cats and dogs are confused most, then birds, deer and horses in landscapes, and cars with trucks.",
}


History = list[dict[str, float]]


def write(
    model: keras.Model,
    recipe: Recipe,
    examples: Examples,
    inputs: NDArray[Any],
    history: History,
    out: Path,
    *,
    halved: bool = False,
) -> Card:
    """Save `model` (logits out) and its card to `out`; `inputs` are those of the examples held out, in their order.

    Where `halved`, the kernels are rounded to float16, which halves the file, before they are measured.
    """
    _save_weights(model, out / WEIGHTS_FILE, halved)
    labels = examples.labels[examples.in_validation]
    logits = views.average(lambda batch: model.predict(batch, batch_size=256, verbose=0), inputs, recipe.views)
    temperature = calibration.fit_temperature(logits, labels)
    unsure_below = calibration.unsure_threshold(calibration.softmax(logits / temperature), labels)
    measured = evaluation.summary(calibration.cross_fitted(logits, labels), labels, unsure_below)
    card = Card(
        **{name: getattr(recipe, name) for name in OF_THE_RECIPE},
        labels=examples.class_names,
        weights_file=WEIGHTS_FILE,
        weights_sha256=sha256_of(out / WEIGHTS_FILE),
        temperature=temperature,
        unsure_below=unsure_below,
        metrics={"validation": measured},
        recipe=asdict(recipe),
        trained={**_circumstances(examples), "parameters": model.count_params(), "epochs": len(history)},
        limits=LIMITS[recipe.kind],
        attribution=ATTRIBUTION[recipe.kind],
    )
    card.save(out)
    return card


def _save_weights(model: keras.Model, path: Path, halved: bool) -> None:
    model.save_weights(path)
    if halved:
        full = path.rename(path.with_name("full.weights.h5"))
        with h5py.File(full) as source, h5py.File(path, "w") as target:
            source.visititems(lambda name, item: _copy_halved(name, item, target))
        full.unlink()
        model.load_weights(path)


def _copy_halved(name: str, item: h5py.Group | h5py.Dataset, target: h5py.File) -> None:
    """Kernels in half precision, where it has their range; the few statistics of the normalisations need a wider one."""
    if isinstance(item, h5py.Dataset):
        values = item[()]
        halved = values.ndim > 1 and float(np.abs(values).max()) < float(np.finfo(np.float16).max)
        target.create_dataset(name, data=values.astype(np.float16) if halved else values)
    else:
        target.create_group(name).attrs.update(item.attrs)


def _circumstances(examples: Examples) -> dict[str, Any]:
    """What a later run would have to share to come out the same."""
    return {
        "examples": int((~examples.in_validation).sum()),
        "data_sha256": examples.sha256(),
        "keras": keras.version(),
        "backend": keras.backend.backend(),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
