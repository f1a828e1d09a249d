from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json


def add_to(commands: Commands) -> None:
    parser = added(commands, "review", "say whether a prediction is right, and else what is", run)
    parser.add_argument("id", metavar="ID", help="the prediction's id, as history lists it")
    parser.add_argument("verdict", choices=("confirmed", "corrected", "unusable"))
    parser.add_argument("label", nargs="?", metavar="LABEL", help="what it shows; needed with corrected")
    parser.add_argument("--reason", default="", help="why, for whoever looks later")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        about = client.prediction(options.id)
        review = client.review(
            about.image.id, options.verdict, classifier=about.classifier, label=options.label, reason=options.reason
        )
    print(as_json(review) if options.json else f"{review.verdict}: {review.label or 'no label'}")
    return True
