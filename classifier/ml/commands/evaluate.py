"""measure an artifact on labelled pictures; prints one JSON object"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifier.ml import evaluation, files
from classifier.ml.commands.opening import open_card, open_recognizer

if TYPE_CHECKING:
    from classifier.ml.handover import Card
    from classifier.ml.inference import Recognizer

REPORT_EVERY_S = 10.0
DATA = """
FILE is one of
  .npz     bitmaps (n, 784) or (n, 28, 28) uint8, ink 255, or images (n, h, w, 3) uint8 RGB;
           labels (n,) integers that index class_names (k,), which may be some of the artifact's, in any order
  .ndjson, .ndjson.gz   Quick, Draw!'s lines {"word": ..., "drawing": [[[x, ...], [y, ...]], ...]}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = DATA
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="labelled pictures, see below")
    parser.add_argument("--out", type=Path, metavar="FILE.npz", help=files.PROBABILITIES)
    parser.add_argument(
        "--figures", type=Path, metavar="DIR",
        help="write the report, the confusion matrix, reliability and coverage there, as figures and as data",
    )  # fmt: skip


def run(options: argparse.Namespace) -> tuple[str, bool]:
    card = open_card(options.artifact)
    data = files.labelled(options.data, card.labels, card.input)
    if options.out:
        files.require_folder_for(options.out)
    if options.figures:
        options.figures.mkdir(parents=True, exist_ok=True)
    probabilities = _probabilities(open_recognizer(options.artifact), data)
    if options.out:
        files.save_probabilities(options.out, probabilities, data.labels, card.labels)
    if options.figures:
        _draw(options.figures, probabilities, data.labels, card)
    result = evaluation.summary(probabilities, data.labels, card.unsure_below)
    per_class = evaluation.per_class(probabilities, data.labels, card.labels)
    return json.dumps({**result, "per_class": per_class}, ensure_ascii=False), True


def _probabilities(recognizer: Recognizer, data: files.Labelled) -> NDArray[np.float32]:
    kept = np.empty((len(data.labels), len(recognizer.card.labels)), dtype=np.float32)
    done, reported = 0, time.monotonic()
    for chunk in data.chunks:
        kept[done : done + len(chunk)] = recognizer.probabilities(chunk)
        done += len(chunk)
        if time.monotonic() - reported > REPORT_EVERY_S:
            reported = time.monotonic()
            print(f"{done:,} of {len(kept):,}", file=sys.stderr)
    return kept


def _draw(folder: Path, probabilities: NDArray[np.float32], labels: NDArray[np.int64], card: Card) -> None:
    from classifier.ml import figures, reports

    report = reports.report(probabilities, labels, card.labels, card.unsure_below)
    reports.write(report, folder)
    figures.write(report, folder)
