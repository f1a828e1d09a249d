"""train a recipe into an artifact; a killed run goes on from its last epoch"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from classifier.ml import catalog


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "recipes:\n" + "\n".join(f"  {recipe.name:18} {recipe.title}" for recipe in catalog.RECIPES.values())
    parser.add_argument("recipe", metavar="RECIPE")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the recipe's dataset")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artifact")
    parser.add_argument(
        "--from", type=Path, dest="start", metavar="ARTIFACT|FILE",
        help="start from an artifact's weights, or from a weights file of --application, with a new head",
    )  # fmt: skip
    parser.add_argument("--application", metavar="NAME", help="network of keras.applications that the weights file is of")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    if options.recipe not in catalog.RECIPES:
        raise ValueError(f"No recipe {options.recipe!r}. There are: {', '.join(catalog.RECIPES)}.")
    from classifier.ml import training, transfer

    recipe = catalog.RECIPES[options.recipe]
    if options.start:
        recipe = transfer.continuing(recipe, options.start, options.application)
    card = training.train(recipe, options.data, options.out, start=options.start)
    return json.dumps({"artifact": str(options.out), **card.metrics}), True
