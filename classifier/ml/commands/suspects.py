"""rank given labels by suspicion; prints a JSON list of all indices, most suspicious first"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from classifier.ml import files, label_quality

DATA = """
FILE holds
  labels         (n,) integers, the columns of probabilities
  probabilities  (n, k), rows summing to one, of a network that has not seen these rows with these labels:
                 held out, or out of fold; `evaluate --out FILE.npz` writes such a file"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = DATA
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.npz", help="labels and probabilities, see below")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    found = files.arrays(options.data, "labels", "probabilities")
    labels, probabilities = (files.array(options.data, found, name) for name in ("labels", "probabilities"))
    try:
        quality = label_quality.judge(labels, probabilities)
    except label_quality.BadLabels as error:
        raise files.BadData(f"{options.data}: {error}") from error
    return json.dumps(quality.most_suspicious_first().tolist()), True
