"""Train a recipe into an artifact: streams, keeps checkpoints, resumes after a kill."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from classifier.ml import augmentation, calibration, catalog, evaluation
from classifier.ml.datasets.examples import DrawingExamples
from classifier.ml.handover import Card, Recipe, sha256_of
from classifier.ml.strokes import render_batch

WEIGHTS_FILE = "model.weights.h5"
HISTORY_FILE = "history.json"
BITMAP_SHAPE = (28, 28, 1)
ATTRIBUTION = (
    "The Quick, Draw! Dataset, made available by Google, Inc. under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)."
)
LIMITS = (
    "Labels are what players were asked to draw; about one in ten is in doubt. Most classes were learnt from some 360 drawings. "
    "Look-alikes are confused (cake and birthday cake, the string instruments, the round fruits). It knows line drawings only: "
    "filled shapes, shading, text and photographs get a confident-looking guess at times. Temperature and threshold were "
    "fitted on the same validation drawings that the figures were taken on, so calibration is a little flattered."
)


class Batches(keras.utils.PyDataset):
    """Batches of freshly redrawn bitmaps: (batch, 28, 28, 1) uint8 and one-hot labels. Each epoch is fixed by the seed."""

    def __init__(self, examples: DrawingExamples, recipe: Recipe, *, first_epoch: int = 0) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self.examples, self.recipe, self.epoch = examples, recipe, first_epoch
        self.rows = np.flatnonzero(~examples.in_validation)
        self.shuffled = self._shuffle()

    def _shuffle(self) -> NDArray[np.intp]:
        return np.random.default_rng((self.recipe.seed, self.epoch)).permutation(self.rows)

    def __len__(self) -> int:
        return len(self.rows) // self.recipe.batch_size

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        size = self.recipe.batch_size
        rows = self.shuffled[index * size : (index + 1) * size]
        rng = np.random.default_rng((self.recipe.seed, self.epoch, index))
        labels = np.eye(len(self.examples.class_names), dtype=np.float32)[self.examples.labels[rows]]
        return self._bitmaps(rows, rng), labels

    def _bitmaps(self, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.uint8]:
        drawings = [self.examples.drawings[row] for row in rows]
        if self.recipe.augmentation != "strokes":
            return render_batch(drawings)[..., None]
        redrawn = [augmentation.redraw(drawing, rng) for drawing in drawings]
        return render_batch(redrawn, line_width=augmentation.pens(len(rows), rng))[..., None]

    def on_epoch_end(self) -> None:
        self.epoch += 1
        self.shuffled = self._shuffle()


def train(recipe: Recipe, data: Path, out: Path) -> Card:
    """Train `recipe` on the data in `data` and write the artifact to `out`. A killed run goes on from its last epoch."""
    keras.utils.set_random_seed(recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    load = catalog.find(catalog.DATASETS, recipe.dataset)
    examples = load(data, cap_per_class=recipe.cap_per_class, validation_share=recipe.validation_share)
    model = build(recipe.network, recipe.network_options, len(examples.class_names), recipe.precision)
    held_out = _validation_bitmaps(examples)
    _fit(model, recipe, examples, held_out, out)
    answering = build(recipe.network, recipe.network_options, len(examples.class_names))
    answering.set_weights(model.get_weights())  # without the optimizer, and as exact as the network will answer
    return _write_artifact(answering, recipe, examples, held_out, out)


def build(network: str, options: Any, classes: int, precision: str = "float32") -> keras.Model:
    """The untrained network, logits out, whatever precision the process has been set to."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(precision)
    try:
        built: keras.Model = catalog.find(catalog.NETWORKS, network)(input_shape=BITMAP_SHAPE, classes=classes, **options)
    finally:
        keras.mixed_precision.set_global_policy(before)
    return built


def _validation_bitmaps(examples: DrawingExamples) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    rows = np.flatnonzero(examples.in_validation)
    chunks = [render_batch([examples.drawings[row] for row in rows[at : at + 256]]) for at in range(0, len(rows), 256)]
    return np.concatenate(chunks)[..., None], examples.labels[rows]


def _fit(model: keras.Model, recipe: Recipe, examples: DrawingExamples, held_out: Any, out: Path) -> None:
    bitmaps, labels = held_out
    history = _read_history(out)
    batches = Batches(examples, recipe, first_epoch=len(history))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, len(batches) * recipe.epochs, alpha=0.0, warmup_target=recipe.learning_rate, warmup_steps=len(batches) // 2
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        jit_compile=False,  # XLA trains these networks at a fraction of the speed on a CPU
    )
    onehot = np.eye(len(examples.class_names), dtype=np.float32)[labels]
    keep = keras.callbacks.BackupAndRestore(str(out / "checkpoint"), double_checkpoint=True, delete_checkpoint=False)
    remember = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: _remember(out, epoch, logs))
    model.fit(
        batches, epochs=recipe.epochs, validation_data=(bitmaps, onehot), validation_batch_size=256,
        callbacks=[remember, keep], verbose=2,
    )  # fmt: skip


def _read_history(out: Path) -> list[dict[str, float]]:
    path = out / HISTORY_FILE
    history: list[dict[str, float]] = json.loads(path.read_text()) if path.exists() else []
    return history


def _remember(out: Path, epoch: int, logs: dict[str, float] | None) -> None:
    history = [*_read_history(out)[:epoch], {name: round(float(value), 5) for name, value in (logs or {}).items()}]
    (out / HISTORY_FILE).write_text(json.dumps(history, indent=1) + "\n")


def _write_artifact(model: keras.Model, recipe: Recipe, examples: DrawingExamples, held_out: Any, out: Path) -> Card:
    bitmaps, labels = held_out
    logits = model.predict(bitmaps, batch_size=256, verbose=0)
    temperature = calibration.fit_temperature(logits, labels)
    probabilities = calibration.softmax(logits / temperature)
    unsure_below = calibration.unsure_threshold(probabilities, labels)
    model.save_weights(out / WEIGHTS_FILE)
    card = Card(
        name=recipe.name,
        title=recipe.title,
        classifier=recipe.classifier,
        kind=recipe.kind,
        network=recipe.network,
        network_options=recipe.network_options,
        labels=examples.class_names,
        weights_file=WEIGHTS_FILE,
        weights_sha256=sha256_of(out / WEIGHTS_FILE),
        temperature=temperature,
        unsure_below=unsure_below,
        metrics={"validation": evaluation.summary(probabilities, labels, unsure_below)},
        recipe=asdict(recipe),
        trained={**_circumstances(examples), "parameters": model.count_params(), "epochs": len(_read_history(out))},
        limits=LIMITS,
        attribution=ATTRIBUTION,
    )
    card.save(out)
    return card


def _circumstances(examples: DrawingExamples) -> dict[str, Any]:
    """What a later run would have to share to come out the same."""
    return {
        "drawings": int((~examples.in_validation).sum()),
        "data_sha256": examples.sha256(),
        "keras": keras.version(),
        "backend": keras.backend.backend(),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
