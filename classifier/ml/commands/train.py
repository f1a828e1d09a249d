"""train a recipe into an artifact; a killed run goes on from its last epoch"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from classifier.ml import catalog
from classifier.ml.commands.choosing import add_classes, chosen_classes
from classifier.ml.handover import Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "recipes:\n" + "\n".join(f"  {recipe.name:18} {recipe.title}" for recipe in catalog.RECIPES.values())
    parser.add_argument("recipe", metavar="RECIPE")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artifact")
    add_classes(parser, instead_of="the recipe's")
    parser.add_argument(
        "--dataset", choices=catalog.DATASETS, metavar="DATASET",
        help=f"instead of the recipe's: {' | '.join(catalog.DATASETS)}",
    )  # fmt: skip
    parser.add_argument(
        "--also", type=Path, metavar="DIR",
        help="train on these pictures too: a folder for each class, as add makes it; new classes are learnt with the others",
    )  # fmt: skip
    parser.add_argument(
        "--from", type=Path, dest="start", metavar="ARTIFACT|FILE",
        help="start from an artifact's weights, or from a weights file of --application, with a new head for other classes",
    )  # fmt: skip
    parser.add_argument("--application", metavar="NAME", help="network of keras.applications that the weights file is of")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    recipe = _recipe(options)
    from classifier.ml import ensembling, transfer

    if options.start:
        recipe = transfer.continuing(recipe, options.start, options.application)
    card = ensembling.train(recipe, options.data, options.out, start=options.start, also=options.also)
    return json.dumps({"artifact": str(options.out), **card.metrics}), True


def _recipe(options: argparse.Namespace) -> Recipe:
    """The recipe, with what was asked for instead of its own."""
    if options.recipe not in catalog.RECIPES:
        raise ValueError(f"No recipe {options.recipe!r}. There are: {', '.join(catalog.RECIPES)}.")
    changes: dict[str, Any] = {"classes": chosen_classes(options), "dataset": options.dataset}
    return replace(catalog.RECIPES[options.recipe], **{name: value for name, value in changes.items() if value is not None})
