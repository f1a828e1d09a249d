from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of, seconds
from doodle_client.command_line.printing import as_json
from doodle_client.workshop import TrainingRunDetail


def add_to(commands: Commands) -> None:
    parser = added(
        commands, "train", "train a new version from what people said; where that is under way, say how far it is", run
    )
    parser.add_argument("classifier", metavar="SLUG", help="which problem, as classifiers lists it")
    parser.add_argument("--recipe", default="", metavar="NAME", help="how to train (the one for drawings, or for photos)")
    parser.add_argument("--from-nothing", action="store_true", help="forget what the live version has learnt")
    parser.add_argument("--wait", type=seconds, default=0, metavar="SECONDS", help="how long to wait for its end (not at all)")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        training = client.train(options.classifier, recipe=options.recipe, from_nothing=options.from_nothing, wait=options.wait)
    print(as_json(training) if options.json else _text(training))
    return True


def _text(training: TrainingRunDetail) -> str:
    came = f"; version {training.model_version}, a candidate" if training.model_version else ""
    return f"{training.id}  {training.classifier}: {training.status}, {training.progress:.0%} done{came}"
