from __future__ import annotations

import argparse

from doodle_client.client import Client
from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json
from doodle_client.operations import Id


def add_to(commands: Commands) -> None:
    parser = added(commands, "review", "say whether a prediction is right, and else what is", run)
    parser.add_argument("id", metavar="ID", help="the prediction's id, as history lists it; with --classifier, the image's")
    parser.add_argument("verdict", choices=("confirmed", "corrected", "unusable"))
    parser.add_argument("label", nargs="?", metavar="LABEL", help="what it shows; needed with corrected")
    parser.add_argument("--reason", default="", help="why, for whoever looks later")
    parser.add_argument("--classifier", metavar="SLUG", help="judge in this classifier; ID is the image's, as queue lists it")
    parser.add_argument("--seen", metavar="SEEN", help="the sample's, as queue --json has it: refused where it has changed since")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        image, classifier = _meant(client, options)
        review = client.review(
            image, options.verdict, classifier=classifier, label=options.label, reason=options.reason, seen=options.seen
        )
    print(as_json(review) if options.json else f"{review.verdict}: {review.label or 'no label'}")
    return True


def _meant(client: Client, options: argparse.Namespace) -> tuple[Id, str]:
    """The image that ID stands for, and in which classifier."""
    if options.classifier:
        return options.id, options.classifier
    about = client.prediction(options.id)
    return about.image.id, about.classifier
