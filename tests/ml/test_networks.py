"""What every network of the catalog keeps to, with the options that its build has by itself, as far as a test has the time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.ml import augmentation, calibration, catalog, feeding, strokes
from classifier.ml.handover import INPUTS

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
CLASSES = 5
every_network = pytest.mark.parametrize("name", catalog.NETWORKS)


def form_of(name: str) -> str:
    return "sequence" if name == "recurrent" else "bitmap"


def build(name: str) -> Any:
    import keras

    keras.utils.set_random_seed(1)
    smaller = {"side": 32} if name == "application" else {}
    return catalog.find(catalog.NETWORKS, name)(input_shape=INPUTS[form_of(name)].shape, classes=CLASSES, **smaller)


def examples(name: str, count: int = 32) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """What the network reads of five things, each drawn a little differently, and their labels."""
    rng = np.random.default_rng(2)
    labels = np.arange(count) % CLASSES
    drawn = [augmentation.redraw(strokes.parse(SAMPLES[label]["drawing"]), rng) for label in labels]
    return feeding.drawn(drawn, form_of(name)), labels


@every_network
def test_the_answer_is_a_probability_for_each_class(name: str) -> None:
    inputs, _ = examples(name)
    logits = build(name)(inputs, training=False).numpy()
    assert logits.shape == (len(inputs), CLASSES)
    assert logits.dtype == np.float32
    assert np.allclose(calibration.softmax(logits).sum(axis=1), 1)


@every_network
def test_it_can_learn_32_drawings_by_heart(name: str) -> None:
    import keras

    inputs, labels = examples(name)
    model = build(name)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss=loss, jit_compile=False)
    right = 0.0
    for _ in range(60):
        model.train_on_batch(inputs, labels)
        right = float((model(inputs, training=True).numpy().argmax(axis=1) == labels).mean())
        if right >= 0.95:
            break
    assert right >= 0.95


@every_network
def test_saved_and_loaded_it_answers_the_same(name: str, tmp_path: Path) -> None:
    inputs, _ = examples(name, 8)
    model = build(name)
    model(inputs, training=True)  # moves what normalisation remembers
    model.save_weights(tmp_path / "model.weights.h5")
    other = build(name)
    other.load_weights(tmp_path / "model.weights.h5")
    assert np.array_equal(model(inputs, training=False).numpy(), other(inputs, training=False).numpy())


@pytest.fixture
def normalizations() -> tuple[Any, Any]:
    """The fused layer and Keras' own, with the same weights, which are not those they start with."""
    import keras

    from classifier.ml.networks.normalization import FusedBatchNormalization

    layers = FusedBatchNormalization(), keras.layers.BatchNormalization()
    for layer in layers:
        layer.build((None, 6, 6, 4))
        layer.set_weights([np.linspace(low, high, 4) for low, high in ((0.5, 2), (-1, 1), (-0.3, 0.3), (0.8, 1.2))])
    return layers


def test_normalisation_is_that_of_keras_while_training(normalizations: tuple[Any, Any]) -> None:
    fused, plain = normalizations
    values = np.random.default_rng(6).normal(2, 3, (16, 6, 6, 4)).astype(np.float32)
    for _ in range(3):
        assert np.allclose(fused(values, training=True), plain(values, training=True), atol=1e-4)
    for ours, theirs in zip(fused.get_weights(), plain.get_weights(), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-3, atol=1e-5)


def test_normalisation_is_that_of_keras_when_answering(normalizations: tuple[Any, Any]) -> None:
    fused, plain = normalizations
    values = np.random.default_rng(7).normal(0, 1, (3, 6, 6, 4)).astype(np.float32)
    assert np.array_equal(fused(values, training=False), plain(values, training=False))
    assert np.array_equal(fused(values), plain(values))
