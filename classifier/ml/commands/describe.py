"""show what a data set holds: counts, intensities and samples of each class, as figures and as data"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from classifier.ml import catalog
from classifier.ml.commands.choosing import add_classes, at_least_one, chosen_classes

SAMPLES = 8
FILES = """
Writes to the folder: counts.csv and .png, histograms.csv and .png (mean intensity histogram of each class), samples.png.
Prints one JSON object: dataset, folder, pictures, classes {name: pictures}, brightness {name: mean intensity 0..1}."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = FILES
    parser.add_argument("dataset", choices=catalog.DATASETS, metavar="DATASET", help=" | ".join(catalog.DATASETS))
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the figures")
    add_classes(parser, instead_of="all")
    parser.add_argument("--cap", type=at_least_one, metavar="N", help="at most N a class, first come")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    from classifier.ml import dataset_figures, descriptions

    load = catalog.find(catalog.DATASETS, options.dataset)
    examples = load(options.data, classes=chosen_classes(options), cap_per_class=options.cap)
    description = descriptions.describe(examples)
    options.out.mkdir(parents=True, exist_ok=True)
    descriptions.write(description, options.out)
    dataset_figures.write(description, descriptions.samples(examples, SAMPLES), options.out)
    result = {
        "dataset": options.dataset,
        "folder": str(options.out),
        "pictures": len(examples.labels),
        "classes": dict(zip(description.class_names, description.counts.tolist(), strict=True)),
        "brightness": dict(zip(description.class_names, description.brightness.round(6).tolist(), strict=True)),
    }
    return json.dumps(result, ensure_ascii=False), True
