"""say of labelled pictures what they are, each by the other ones; prints one JSON object"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from classifier.ml import files, prototypes
from classifier.ml.commands.opening import open_card, open_recognizer

DATA = """
FILE holds labels and pictures as for `evaluate`, of any classes that each have two pictures or more: the artifact
only brings what it sees, and need not know them. Four fifths of the pictures say what the last fifth is, five
times, so no answer has seen the label of its own picture: `suspects` reads them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = DATA
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.npz", help="labelled pictures, see below")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.npz", help=files.PROBABILITIES)


def run(options: argparse.Namespace) -> tuple[str, bool]:
    card = open_card(options.artifact)
    files.require_folder_for(options.out)
    names = files.array(options.data, files.arrays(options.data, "class_names"), "class_names").astype(str).tolist()
    data = files.labelled(options.data, names, card.input)
    recognizer = open_recognizer(options.artifact)
    seen = np.concatenate([recognizer.embeddings(chunk) for chunk in data.chunks])
    probabilities = prototypes.out_of_fold(seen, data.labels, len(names)).astype(np.float32)
    files.save_probabilities(options.out, probabilities, data.labels, names)
    return json.dumps({"examples": len(data.labels), "agree": float((probabilities.argmax(axis=1) == data.labels).mean())}), True
