"""`python -m classifier.ml`: train and use networks without the site."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classifier.ml", description="Train and use the site's networks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train a recipe into an artifact; a killed run goes on from its last epoch")
    train.add_argument("recipe")
    train.add_argument("--data", type=Path, required=True, metavar="DIR")
    train.add_argument("--out", type=Path, required=True, metavar="DIR")
    train.set_defaults(run=_train)
    options = parser.parse_args(arguments)
    return int(options.run(options))


def _train(options: argparse.Namespace) -> int:
    from classifier.ml import catalog, training

    if options.recipe not in catalog.RECIPES:
        print(f"No recipe {options.recipe!r}. There are: {', '.join(catalog.RECIPES)}.", file=sys.stderr)
        return 2
    card = training.train(catalog.RECIPES[options.recipe], options.data, options.out)
    print(json.dumps({"artifact": str(options.out), **card.metrics}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
