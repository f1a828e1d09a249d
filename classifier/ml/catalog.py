"""The names that can be chosen: networks, datasets and recipes. No TensorFlow here, so the web side may read it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from classifier.ml.handover import Recipe

PRETRAINED = Path(__file__).parent / "pretrained"

NETWORKS = {
    "residual": "classifier.ml.networks.residual:build",
    "whitened": "classifier.ml.networks.whitened:build",
}

DATASETS = {
    "cifar10": "classifier.ml.datasets.cifar10:load",
    "quickdraw": "classifier.ml.datasets.quickdraw:load",
}

RECIPES = {
    recipe.name: recipe
    for recipe in [
        Recipe(
            name="doodle",
            title="Quick, Draw! drawings, 345 classes",
            classifier="doodle",
            kind="drawing",
            network="residual",
            network_options={"stem": 32, "widths": [64, 160], "blocks": 2},
            dataset="quickdraw",
            augmentation="strokes",
            cap_per_class=400,
            epochs=16,
            batch_size=128,
            learning_rate=2e-3,
            weight_decay=0.05,
            label_smoothing=0.1,
            precision="mixed_bfloat16",
            seed=1,
        ),
        Recipe(
            name="photo",
            title="CIFAR-10 photos, 10 classes",
            classifier="photo",
            kind="photo",
            input="photo",
            network="whitened",
            dataset="cifar10",
            augmentation="shifts",
            epochs=40,
            batch_size=512,
            optimizer="nesterov",
            schedule="triangle",
            learning_rate=0.75,
            weight_decay=0.0089,
            label_smoothing=0.2,
            average_weights=0.98,
            precision="mixed_bfloat16",
            views=6,
            seed=1,
        ),
    ]
}


def find(registry: dict[str, str], name: str) -> Callable[..., Any]:
    """The function registered under `name`. Raises KeyError with the known names."""
    if name not in registry:
        raise KeyError(f"{name!r} is not one of {', '.join(sorted(registry))}")
    module, function = registry[name].split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
