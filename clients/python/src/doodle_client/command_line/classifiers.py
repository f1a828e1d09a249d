from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json


def add_to(commands: Commands) -> None:
    parser = added(commands, "classifiers", "list the problems that the site knows", run)
    parser.add_argument("--json", action="store_true", help="one JSON object in a line")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for classifier in client.classifiers():
            print(as_json(classifier) if options.json else f"{classifier.slug}  {classifier.kind}: {classifier.title}")
    return True
