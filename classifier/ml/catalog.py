"""The names that can be chosen: networks, datasets and recipes. No TensorFlow here, so the web side may read it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from classifier.ml.recipes import drawings, people, photos, shipped

PRETRAINED = Path(__file__).parent / "pretrained"

NETWORKS = {
    "application": "classifier.ml.networks.application:build",
    "ensemble": "classifier.ml.networks.ensemble:build",
    "recurrent": "classifier.ml.networks.recurrent:build",
    "residual": "classifier.ml.networks.residual:build",
    "stacked": "classifier.ml.networks.stacked:build",
    "whitened": "classifier.ml.networks.whitened:build",
}

DATASETS = {
    "bitmaps": "classifier.ml.datasets.bitmaps:load",
    "cifar10": "classifier.ml.datasets.cifar10:load",
    "drawing-folders": "classifier.ml.datasets.folders:load_drawings",
    "frozen": "classifier.ml.datasets.frozen:load",
    "photo-folders": "classifier.ml.datasets.folders:load_photos",
    "quickdraw": "classifier.ml.datasets.quickdraw:load",
}

RECIPES = {recipe.name: recipe for recipe in (*shipped.RECIPES, *people.RECIPES, *drawings.RECIPES, *photos.RECIPES)}

RECIPE_FOR = people.BY_KIND
"""What people's own classifiers are trained by, by the kind of their pictures."""


def find(registry: dict[str, str], name: str) -> Callable[..., Any]:
    """The function registered under `name`. Raises KeyError with the known names."""
    if name not in registry:
        raise KeyError(f"{name!r} is not one of {', '.join(sorted(registry))}")
    module, function = registry[name].split(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
