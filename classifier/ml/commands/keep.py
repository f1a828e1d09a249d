"""keep with an artifact a few examples of what it was trained on, to show what a picture is like to it"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from classifier.ml.commands.opening import open_card
from classifier.ml.handover import EXAMPLES_FILE

FILES = """
Writes examples.npz into ARTIFACT, under about 1.4 MB: pictures (n, ...) uint8, labels (n,) integers in the card's order,
embeddings (n, d) float16 and images (n,), the site's ids where they are people's; and its sha256 into the card."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = FILES
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data that it was trained on")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    open_card(options.artifact)
    from classifier.ml import keeping

    card = keeping.keep(options.artifact, options.data)
    file = options.artifact / EXAMPLES_FILE
    return json.dumps({"file": str(file), "bytes": file.stat().st_size, "sha256": card.examples_sha256}), True
