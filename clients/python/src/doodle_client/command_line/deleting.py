from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of


def add_to(commands: Commands) -> None:
    parser = added(commands, "delete", "delete predictions; an image goes with its last one", run)
    parser.add_argument("ids", nargs="+", metavar="ID", help="a prediction's id, as history lists it")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for id in options.ids:
            client.delete_prediction(id)
    return True
