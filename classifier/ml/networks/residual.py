"""A small residual network for 28x28 bitmaps (He et al. 2015, "Deep Residual Learning", as for CIFAR-10)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from classifier.ml.networks.normalization import FusedBatchNormalization


def build(
    *, input_shape: tuple[int, int, int], classes: int, stem: int = 32, widths: Sequence[int] = (64, 160), blocks: int = 2
) -> keras.Model:
    """Build the network.

    Input: (batch, *input_shape), 0..255, ink high. Output: (batch, classes) float32 logits. The stem works at full size and
    each width halves the raster once and keeps `blocks` residual blocks there.
    """
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    x = _convolution(x, stem)
    x = _convolution(x, widths[0], strides=2)
    for stage, width in enumerate(widths):
        for block in range(blocks):
            x = _block(x, width, strides=2 if stage and not block else 1)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32")(x), name="residual")


def _block(x: keras.KerasTensor, width: int, strides: int) -> keras.KerasTensor:
    shortcut = x
    if strides > 1:
        shortcut = layers.AveragePooling2D(strides, padding="same")(x)
    if x.shape[-1] != width:
        shortcut = FusedBatchNormalization()(layers.Conv2D(width, 1, use_bias=False)(shortcut))
    x = _convolution(x, width, strides)
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    x = FusedBatchNormalization()(x)
    return layers.ReLU()(layers.Add()([x, shortcut]))


def _convolution(x: keras.KerasTensor, width: int, strides: int = 1) -> keras.KerasTensor:
    x = layers.Conv2D(width, 3, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU()(FusedBatchNormalization()(x))
