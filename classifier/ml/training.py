"""Train a recipe into an artifact: streams, shows how long it will take, keeps checkpoints, resumes after a kill."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from classifier.ml import artifact, catalog, feeding, figures, optimizing, resuming, transfer
from classifier.ml.building import build
from classifier.ml.datasets.examples import Examples, joined
from classifier.ml.handover import Card, Recipe

HISTORY_FILE, CURVES_FILE, PROGRESS_FILE = "history.json", "curves.png", "progress.json"
SAY_EVERY_S = 0.5
History = list[dict[str, float]]


class Batches(keras.utils.PyDataset):
    """Batches of freshly varied inputs and one-hot labels. Each epoch is fixed by the seed."""

    def __init__(self, examples: Examples, recipe: Recipe, *, first_epoch: int = 0) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self.examples, self.recipe, self.epoch = examples, recipe, first_epoch
        self.rows = np.flatnonzero(~examples.in_validation)
        self.size = min(recipe.batch_size, len(self.rows))
        self.shuffled = self._shuffle()

    def _shuffle(self) -> NDArray[np.intp]:
        return np.random.default_rng((self.recipe.seed, self.epoch)).permutation(self.rows)

    def __len__(self) -> int:
        return len(self.rows) // self.size

    def __getitem__(self, index: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
        rows = self.shuffled[index * self.size : (index + 1) * self.size]
        rng = np.random.default_rng((self.recipe.seed, self.epoch, index))
        inputs = feeding.varied(self.examples, rows, self.recipe.input, how=self.recipe.augmentation, rng=rng, epoch=self.epoch)
        return inputs, _one_hot(self.examples, rows)

    def on_epoch_end(self) -> None:
        self.epoch += 1
        self.shuffled = self._shuffle()


def train(
    recipe: Recipe,
    data: Path,
    out: Path,
    *,
    start: Path | None = None,
    also: Path | None = None,
    words: Mapping[str, str] | None = None,
) -> Card:
    """Train `recipe` on the data in `data` and write the artifact to `out`. A killed run goes on from its last epoch.

    `start` is an artifact, or a weights file, that the network begins with: see `transfer.continuing`, which fits the recipe;
    `words` are today's names by those that its card may have.
    `also` is a folder of pictures, one folder a class, to train on as well: see `joined`.
    """
    keras.utils.set_random_seed(recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    examples = _loaded(recipe, data, also)
    resuming.hold_to(examples, out)
    model = build(recipe.network, recipe.network_options, recipe.input, len(examples.class_names), recipe.precision)
    _begin(model, recipe, examples, start, words)
    held_out = np.flatnonzero(examples.in_validation)
    inputs = feeding.clean(examples, held_out, recipe.input)
    _fit(model, recipe, examples, (inputs, _one_hot(examples, held_out)), out)
    answering = build(recipe.network, recipe.network_options, recipe.input, len(examples.class_names))
    answering.set_weights(model.get_weights())  # without the optimizer, and as exact as the network will answer
    card = artifact.write(answering, recipe, examples, inputs, _read_history(out), out)
    figures.save(figures.curves(_read_history(out)), out / CURVES_FILE)
    return card


def _loaded(recipe: Recipe, data: Path, also: Path | None) -> Examples:
    load = catalog.find(catalog.DATASETS, recipe.dataset)
    options = {"classes": recipe.classes, "cap_per_class": recipe.cap_per_class}
    examples: Examples = load(data, validation_share=recipe.validation_share, **options)
    if also is None:
        return examples
    return joined(examples, catalog.find(catalog.DATASETS, f"{recipe.kind}-folders")(also, validation_share=0))


def _begin(model: keras.Model, recipe: Recipe, examples: Examples, start: Path | None, words: Mapping[str, str] | None) -> None:
    """Gives the network what it has before its first step."""
    if start is None:
        _adapt(model, examples, recipe)
    else:
        transfer.take_over(model, start, examples.class_names, words)
    if recipe.head_only:
        shown = np.flatnonzero(~examples.in_validation)
        transfer.fit_head(model, feeding.clean(examples, shown, recipe.input), examples.labels[shown])


def _one_hot(examples: Examples, rows: NDArray[np.intp]) -> NDArray[np.float32]:
    return np.eye(len(examples.class_names), dtype=np.float32)[examples.labels[rows]]


def _adapt(model: keras.Model, examples: Examples, recipe: Recipe) -> None:
    """Lets a layer that must have seen the data before the training see some, as it comes out of the layers before it."""
    some = np.random.default_rng(recipe.seed).permutation(np.flatnonzero(~examples.in_validation))[:5000]
    for layer in model.layers:
        if hasattr(layer, "adapt"):
            before = keras.Model(model.inputs, layer.input)
            layer.adapt(np.asarray(before.predict(feeding.clean(examples, some, recipe.input), verbose=0), dtype=np.float32))


def _fit(model: keras.Model, recipe: Recipe, examples: Examples, held_out: Any, out: Path) -> None:
    history = _read_history(out)
    batches = Batches(examples, recipe, first_epoch=len(history))
    model.compile(
        optimizer=optimizing.optimizer(recipe, len(batches)),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,  # XLA trains these networks at a fraction of the speed on a CPU
    )
    keep = resuming.Checkpoints(str(out / "checkpoint"), double_checkpoint=True, delete_checkpoint=False)
    model.fit(
        batches,
        epochs=len(history) if _stalled(history, recipe) else recipe.epochs,
        validation_data=held_out,
        validation_batch_size=256,
        callbacks=[_Chronicle(recipe, out), keep],
        verbose=1 if sys.stderr.isatty() else 2,
    )


class _Chronicle(keras.callbacks.Callback):
    """Writes the history, says how long it will take, and ends a run that no longer gets better."""

    def __init__(self, recipe: Recipe, out: Path) -> None:
        super().__init__()
        self.recipe, self.out = recipe, out
        self.took: list[float] = []
        self.epoch, self.said_at = 0, -math.inf

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.began, self.epoch = time.monotonic(), epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if time.monotonic() - self.said_at > SAY_EVERY_S:
            self.said_at = time.monotonic()
            resuming.write_whole(self.out / PROGRESS_FILE, json.dumps(self._progress((batch + 1) / self.params["steps"])))

    def _progress(self, share: float) -> dict[str, float]:
        """How far the run is, for whoever watches its folder: complete epochs, all epochs, and the whole as a share."""
        whole = (self.epoch + share) / self.recipe.epochs
        return {"epoch": self.epoch, "epochs": self.recipe.epochs, "progress": round(whole, 4)}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.took.append(time.monotonic() - self.began)
        history = _remember(self.out, epoch, {**(logs or {}), "seconds": self.took[-1]})
        left = (self.recipe.epochs - epoch - 1) * sum(self.took) / len(self.took)
        print(f"epoch {epoch + 1} of {self.recipe.epochs}, about {left / 60:.0f} min left", flush=True)
        self.model.stop_training = _stalled(history, self.recipe)


def _stalled(history: History, recipe: Recipe) -> bool:
    losses = [epoch["val_loss"] for epoch in history]
    return recipe.patience is not None and bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= recipe.patience


def _read_history(out: Path) -> History:
    path = out / HISTORY_FILE
    history: History = json.loads(path.read_text()) if path.exists() else []
    return history


def _remember(out: Path, epoch: int, logs: dict[str, float]) -> History:
    history = [*_read_history(out)[:epoch], {name: round(float(value), 5) for name, value in logs.items()}]
    resuming.write_whole(out / HISTORY_FILE, json.dumps(history, indent=1) + "\n")
    return history
