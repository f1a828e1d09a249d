"""A network from its name, as the catalog has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from classifier.ml import catalog
from classifier.ml.handover import INPUTS


def build(network: str, options: Mapping[str, Any], form: str, classes: int, precision: str = "float32") -> keras.Model:
    """The untrained network for the input form `form`, logits out, whatever precision the process has been set to."""
    before = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(precision)
    try:
        find = catalog.find(catalog.NETWORKS, network)
        built: keras.Model = find(input_shape=INPUTS[form].shape, classes=classes, **options)
    finally:
        keras.mixed_precision.set_global_policy(before)
    return built
