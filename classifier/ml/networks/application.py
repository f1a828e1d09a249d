"""Any network of `keras.applications`, for pictures far smaller than those it was made for."""

from __future__ import annotations

import keras
from keras import layers

NESTED = "application"


def build(*, input_shape: tuple[int, int, int], classes: int, application: str = "MobileNetV2", side: int = 96) -> keras.Model:
    """Build the network; its weights start by chance, and `classifier.ml.transfer` puts pre-trained ones in.

    Input: (batch, *input_shape), 0..255, enlarged to `side` pixels, grey as three equal channels. Output: (batch, classes)
    float32 logits. Raises ValueError for a name that keras.applications does not have.
    """
    make = getattr(keras.applications, application, None)
    if make is None or not callable(make):
        raise ValueError(f"keras.applications has no network {application!r}; try MobileNetV2 or ResNet50V2.")
    inputs = keras.Input(input_shape)
    x = layers.Resizing(side, side, interpolation="bicubic")(inputs)
    if input_shape[2] == 1:
        x = layers.Concatenate()([x, x, x])
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = make(include_top=False, weights=None, input_shape=(side, side, 3), pooling="avg", name=NESTED)(x)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32")(x), name="transferred")
