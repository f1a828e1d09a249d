from __future__ import annotations

import argparse
from pathlib import Path

from doodle_client.answers import Prediction
from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json, guesses, local
from doodle_client.errors import BadInput


def add_to(commands: Commands) -> None:
    parser = added(commands, "show", "show one prediction", run)
    parser.add_argument("id", metavar="ID", help="the prediction's id, as history lists it")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="keep the picture in this file")
    parser.add_argument("--seen", type=Path, metavar="FILE", help="keep what the network saw in this file, a PNG")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        prediction = client.prediction(options.id)
        for file, fetch in ((options.picture, client.picture), (options.seen, client.seen)):
            if file:
                keep(file, fetch(prediction.image.id))
    print(as_json(prediction) if options.json else _text(prediction))
    return True


def keep(file: Path, content: bytes) -> None:
    """Raises BadInput."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error


def _text(prediction: Prediction) -> str:
    image = prediction.image
    return "\n".join([
        guesses(prediction),
        f"prediction  {prediction.id}, {prediction.status}",
        f"classifier  {prediction.classifier}, version {prediction.model_version or 'not known yet'}",
        f"image       {image.id}, {image.width} × {image.height}, {image.source}",
        f"asked       {local(prediction.created_at)}, finished {local(prediction.finished_at)}",
    ])  # fmt: skip
