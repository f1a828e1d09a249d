"""A network to go: what answers in one `.keras` file, which plain Keras opens without a line of this project."""

from __future__ import annotations

from pathlib import Path

import keras
from keras import layers, ops

from classifier.ml import views
from classifier.ml.building import build
from classifier.ml.handover import INPUTS, Card


def save_whole(card: Card, weights: Path, out: Path) -> None:
    """Write the network of a card with these weights to `out`, a `.keras` file.

    It takes pictures (n, *shape of the card's form), 0..255, and gives the probabilities (n, labels) that the site gives.
    """
    network = build(card.network, card.network_options, card.input, len(card.labels))
    network.load_weights(weights)
    plain = keras.models.clone_model(network, clone_function=_as_keras_has_it, recursive=True)
    plain.set_weights(network.get_weights())
    pictures = keras.Input(INPUTS[card.input].shape)
    shares = [share / card.temperature for share in views.WEIGHTS[card.views]]
    parts = [layers.Rescaling(share)(plain(look)) for share, look in zip(shares, _looks(pictures, card.views), strict=True)]
    logits = layers.Add()(parts) if len(parts) > 1 else parts[0]
    keras.Model(pictures, layers.Softmax()(logits), name=card.network).save(out)


def _as_keras_has_it(layer: layers.Layer) -> layers.Layer:
    """Our own layers answer as those of Keras that they are made from; how a weight began is of no interest any more."""
    base = next(one for one in type(layer).__mro__ if one.__module__.startswith("keras."))
    settings = {name: value for name, value in layer.get_config().items() if not name.endswith("_initializer")}
    plain: layers.Layer = base.from_config(settings)  # type: ignore[attr-defined]
    return plain


def _looks(pictures: keras.KerasTensor, count: int) -> list[keras.KerasTensor]:
    """In the order of `views.average`."""
    if count == 1:
        return [pictures]
    if count == 2:
        return _mirrored(pictures)
    padded = ops.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    moved = [layers.Cropping2D(((near, 2 - near),) * 2)(padded) for near in (0, 2)]
    return [look for one in (pictures, *moved) for look in _mirrored(one)]


def _mirrored(pictures: keras.KerasTensor) -> list[keras.KerasTensor]:
    return [pictures, ops.flip(pictures, axis=2)]
