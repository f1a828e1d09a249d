from __future__ import annotations

import argparse
from collections.abc import Iterator

from doodle_client.batches import Outcome
from doodle_client.client import Client
from doodle_client.command_line.options import Commands, added, client_of, picture, seconds
from doodle_client.command_line.printing import outcome_as_json, outcome_as_text
from doodle_client.errors import DoodleError

HELP = "a file, http:// or https:// address, .json file of strokes, or - for a picture or strokes on stdin"


def add_to(commands: Commands) -> None:
    parser = added(commands, "predict", "say what pictures and drawings show", run)
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help=HELP)
    parser.add_argument("--classifier", default="doodle", metavar="SLUG", help="which problem: doodle, photo … (doodle)")
    parser.add_argument(
        "--wait", type=seconds, default=30, metavar="SECONDS", help="how long to wait for answers; 0: not at all (30)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object in a line for each picture, in their order")


def run(options: argparse.Namespace) -> bool:
    complete = True
    with client_of(options) as client:
        for name, outcome in zip(options.pictures, _outcomes(client, options), strict=True):
            complete &= not isinstance(outcome, DoodleError)
            print(outcome_as_json(outcome) if options.json else f"{name}: {outcome_as_text(outcome)}", flush=True)
    return complete


def _outcomes(client: Client, options: argparse.Namespace) -> Iterator[Outcome]:
    pictures = [picture(name) for name in options.pictures]
    if len(pictures) > 1:
        yield from client.predict_batch(pictures, classifier=options.classifier, wait=options.wait)
    else:
        yield client.predict(pictures[0], classifier=options.classifier, wait=options.wait)
