"""Several networks as one: each brings what it sees in the same input, and one head decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from classifier.ml import catalog

TWO_RESIDUALS = ({"network": "residual", "options": {}},) * 2


def build(*, input_shape: tuple[int, ...], classes: int, members: Sequence[Mapping[str, Any]] = TWO_RESIDUALS) -> keras.Model:
    """Build the network of `members`, each `{"network": its name, "options": {...}}`, without their heads.

    Input: (batch, *input_shape), as the members take it. Output: (batch, classes) float32 logits.
    """
    inputs = keras.Input(input_shape)
    seen = [_body(member, input_shape, place)(inputs) for place, member in enumerate(members)]
    outputs = layers.Dense(classes, dtype="float32")(layers.Concatenate()(seen))
    return keras.Model(inputs, outputs, name="ensemble")


def _body(member: Mapping[str, Any], input_shape: tuple[int, ...], place: int) -> keras.Model:
    """The network up to what its head would read."""
    whole = catalog.find(catalog.NETWORKS, member["network"])(input_shape=input_shape, classes=1, **member["options"])
    return keras.Model(whole.inputs, whole.layers[-1].input, name=f"member_{place}")
