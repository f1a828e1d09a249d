"""join artifacts that answer alike into one that is better than each, and measure it"""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("artifacts", type=Path, nargs="+", metavar="ARTIFACT", help="two or more, trained on the same data")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artifact")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    from classifier.ml import ensembling

    card = ensembling.join(options.artifacts, options.data, options.out)
    return json.dumps({"artifact": str(options.out), **card.metrics}), True
