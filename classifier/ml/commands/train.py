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


def run(options: argparse.Namespace) -> tuple[str, bool]:
    if options.recipe not in catalog.RECIPES:
        raise ValueError(f"No recipe {options.recipe!r}. There are: {', '.join(catalog.RECIPES)}.")
    from classifier.ml import training

    card = training.train(catalog.RECIPES[options.recipe], options.data, options.out)
    return json.dumps({"artifact": str(options.out), **card.metrics}), True
