"""answer the test part of a frozen training set; prints one JSON object"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from classifier.ml import evaluation
from classifier.ml.commands.opening import open_card, open_recognizer

FILES = """
Writes probabilities (n, k) in the order of the artifact's labels, labels (n,) that index them, -1 for what the artifact does not
know, truth (n,): the labels by name, as the training set has them, and images (n,): the site's ids. The file is there whole or
not at all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = FILES
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with manifest.json and pictures.npz")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.npz", help="where to keep the answers")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    from classifier.ml.datasets import frozen

    card, unseen = open_card(options.artifact), frozen.load_test(options.data)
    place = {name: index for index, name in enumerate(card.labels)}
    truth = [unseen.class_names[label] for label in unseen.labels]
    labels = np.array([place.get(name, -1) for name in truth], dtype=np.int64)
    probabilities = open_recognizer(options.artifact).probabilities(unseen.pixels).astype(np.float32)
    partial = options.out.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, probabilities=probabilities, labels=labels, truth=np.array(truth), images=np.array(unseen.images))
    partial.rename(options.out)
    return json.dumps(evaluation.summary(probabilities, labels, card.unsure_below)), True
