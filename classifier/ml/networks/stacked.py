"""The plain convolutional networks of the tutorials: stages of convolutions, each ended by pooling, then dense layers (as
LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", with ReLU). Without stages, a perceptron."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from classifier.ml.networks.normalization import FusedBatchNormalization


def build(
    *,
    input_shape: tuple[int, int, int],
    classes: int,
    stages: Sequence[Sequence[int]] = ((16,), (32,), (64,)),
    dense: Sequence[int] = (128,),
    kernel: int = 3,
    padding: str = "same",
    dropout: float = 0.0,
    normalized: bool = False,
) -> keras.Model:
    """Build the network.

    Input: (batch, *input_shape), 0..255. Output: (batch, classes) float32 logits. Each of `stages` lists the filters of its
    convolutions and halves the raster; `dropout` (0..1) follows every stage and every dense layer.
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for stage in stages:
        for filters in stage:
            x = _convolution(x, filters, kernel, padding, normalized)
        x = layers.MaxPooling2D(2)(x)
        x = _dropped(x, dropout)
    x = layers.Flatten()(x)
    for units in dense:
        x = _dropped(layers.Dense(units, activation="relu")(x), dropout)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32")(x), name="stacked")


def _convolution(x: keras.KerasTensor, filters: int, kernel: int, padding: str, normalized: bool) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel, padding=padding, use_bias=not normalized)(x)
    return layers.ReLU()(FusedBatchNormalization(momentum=0.9)(x) if normalized else x)


def _dropped(x: keras.KerasTensor, share: float) -> keras.KerasTensor:
    return layers.Dropout(share)(x) if share else x
