from __future__ import annotations

import argparse
from pathlib import Path

from doodle_client.client import Client
from doodle_client.command_line.options import Commands, added, client_of, seconds
from doodle_client.command_line.printing import as_json
from doodle_client.command_line.showing import keep
from doodle_client.explaining import Explanation
from doodle_client.operations import Id

WAIT_S = 30.0


def add_to(commands: Commands) -> None:
    parser = added(commands, "explain", "say why the network answered so, by what the picture is like", run)
    parser.add_argument("id", metavar="ID", help="the prediction's id, as history lists it; with --image, the image's")
    parser.add_argument("--image", action="store_true", help="ID is the image's, as queue lists it: of its last answer")
    parser.add_argument("--label", metavar="LABEL", help="why it could be this (the best guess)")
    parser.add_argument("--heatmap", type=Path, metavar="FILE", help="keep where the evidence is in this file, a PNG")
    parser.add_argument("--wait", type=seconds, default=WAIT_S, metavar="SECONDS", help="for a worker to make it (30)")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        image, prediction = _meant(client, options)
        found = client.explanation(image, prediction=prediction, label=options.label, wait=options.wait)
        if options.heatmap:
            picture = client.heatmap(image, prediction=found.prediction, label=found.label, wait=options.wait)
            keep(options.heatmap, picture)
    print(as_json(found) if options.json else _text(found))
    return found.error is None


def _meant(client: Client, options: argparse.Namespace) -> tuple[Id, Id | None]:
    """The image, and which answer about it."""
    return (options.id, None) if options.image else (client.prediction(options.id).image.id, options.id)


def _text(found: Explanation) -> str:
    says = found.error.message if found.error else found.sentence or found.status
    nearest = [
        f"{one.alike:5.2f}  {one.label}, {'the data set' if one.source == 'dataset' else 'people'}" for one in found.nearest
    ]
    return "\n".join([f"{found.label}: {says}", *nearest])
