"""How good every recipe's network gets, beside the figures of the source documents.

    python -m benchmarks.quality --data DIR --out DIR [--recipe NAME ...] [--epochs N] [--cap N]

Trains what has no artifact in --out yet (a killed run goes on where it was), and prints a table of all: measured on the
examples that each held out by the hash of their key, so none of them was trained on. The two networks that come with the
project are trained anew only where --recipe names them. --epochs and --cap make it smaller, and the table shows it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from classifier.ml import catalog
from classifier.ml.handover import CARD_FILE, Card, Recipe

REACHED = {
    "quickdraw-3": "96.6",
    "quickdraw-345": "70 (with 10,000 a class)",
    "cifar10-ann": "49",
    "cifar10-cnn": "70",
    "cifar10-tutorial": "64",
    "cifar10-1": "64",
    "cifar10-2": "70",
    "cifar10-6": "90",
    "photo": "90",
    "doodle": "70 (with 10,000 a class)",
}
"""Top 1 in percent, as the source documents report it."""

THREE = catalog.RECIPES["transfer"].classes or ()
BASE = "transfer-base"
FROM_NOTHING = "transfer-from-nothing"
HISTORY_FILE = "history.json"


@dataclass(frozen=True)
class Row:
    recipe: str
    parameters: int
    examples: int
    epochs: int
    minutes: float | None
    accuracy: float
    standard_error: float
    top3: float
    ece: float
    documents: str


def main() -> None:
    options = _options()
    wanted = [_sized(recipe, options) for recipe in _recipes(options) if not options.recipe or recipe.name in options.recipe]
    with contextlib.redirect_stdout(sys.stderr):
        artifacts = [_artifact(recipe, options) for recipe in wanted]
    rows = [_row(Card.load(artifact), artifact / HISTORY_FILE) for artifact in artifacts]
    print(json.dumps([asdict(row) for row in rows], indent=1) if options.json else "\n".join(_table(rows)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds quickdraw/ and cifar-10-batches-py/")
    parser.add_argument("--out", type=Path, required=True, help="folder for the artifacts, one a recipe")
    parser.add_argument("--recipe", action="append", help="only this one; may be repeated")
    parser.add_argument("--epochs", type=int, help="at most so many epochs")
    parser.add_argument("--cap", type=int, help="at most so many examples a class")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _recipes(options: argparse.Namespace) -> Iterator[Recipe]:
    """All of the catalog; before `transfer`, the network that it starts from, and the same recipe started from nothing."""
    from classifier.ml.datasets import quickdraw

    for recipe in catalog.RECIPES.values():
        if recipe.name == "transfer":
            base = catalog.RECIPES["quickdraw-345"]
            others = [name for name in quickdraw.class_names(options.data) if name not in THREE][::3]
            yield replace(base, name=BASE, classes=others)
            recipe = replace(recipe, network=base.network, network_options=base.network_options)
            yield replace(recipe, name=FROM_NOTHING)
        yield recipe


def _sized(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    caps = [cap for cap in (recipe.cap_per_class, options.cap) if cap is not None]
    return replace(recipe, epochs=min(recipe.epochs, options.epochs or recipe.epochs), cap_per_class=min(caps, default=None))


def _artifact(recipe: Recipe, options: argparse.Namespace) -> Path:
    out: Path = options.out / recipe.name
    shipped = catalog.PRETRAINED / recipe.name
    if not options.recipe and (shipped / CARD_FILE).exists():
        return shipped
    if not (out / CARD_FILE).exists():
        from classifier.ml import ensembling, transfer

        start = options.out / BASE if recipe.name == "transfer" else None
        ensembling.train(transfer.continuing(recipe, start) if start else recipe, options.data, out, start=start)
    return out


def _row(card: Card, history: Path) -> Row:
    measured = card.metrics["validation"]
    accuracy = measured["accuracy"]
    return Row(
        recipe=card.name,
        parameters=card.trained["parameters"],
        examples=card.trained["examples"],
        epochs=card.trained["epochs"],
        minutes=sum(epoch["seconds"] for epoch in json.loads(history.read_text())) / 60 if history.exists() else None,
        accuracy=accuracy,
        standard_error=(accuracy * (1 - accuracy) / measured["count"]) ** 0.5,
        top3=measured["top3"],
        ece=measured["ece"],
        documents=REACHED.get(card.name, ""),
    )


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield "| recipe | parameters | trained on | epochs | minutes | top 1 % | top 3 % | ECE % | the documents |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---|"
    for row in rows:
        minutes = "" if row.minutes is None else f"{row.minutes:.0f}"
        yield (
            f"| `{row.recipe}` | {row.parameters:,} | {row.examples:,} | {row.epochs} | {minutes} "
            f"| {100 * row.accuracy:.1f} ± {100 * row.standard_error:.1f} | {100 * row.top3:.1f} | {100 * row.ece:.1f} "
            f"| {row.documents} |"
        )


if __name__ == "__main__":
    main()
