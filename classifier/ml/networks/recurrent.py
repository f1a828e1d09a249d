"""A recurrent network that reads how a drawing was made, point by point (after Google's tutorial "Recurrent Neural Networks
for Drawing Classification": convolutions along the strokes, then bidirectional recurrence; here with GRU, Cho et al. 2014)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers


def build(
    *, input_shape: tuple[int, int], classes: int, filters: Sequence[int] = (64, 128), units: int = 160, dropout: float = 0.2
) -> keras.Model:
    """Build the network.

    Input: (batch, points, 3): steps in -1..1, and 1 pen down, -1 pen lifted, 0 no more points. Output: (batch, classes)
    float32 logits. Every convolution after the first halves the number of steps before the recurrence.
    """
    inputs = keras.Input(input_shape)
    x = layers.Concatenate()([inputs, _positions(inputs)])
    x = _convolution(x, filters[0])
    for width in filters:
        x = _convolution(x, width, strides=2)
    x = layers.Bidirectional(layers.GRU(units, return_sequences=True))(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x)])
    x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32")(x), name="recurrent")


def _positions(steps: keras.KerasTensor) -> keras.KerasTensor:
    """Where the pen stands after each step: with it the network need not add up."""
    return keras.ops.cumsum(steps[..., :2], axis=1)


def _convolution(x: keras.KerasTensor, width: int, strides: int = 1) -> keras.KerasTensor:
    x = layers.Conv1D(width, 5, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
