from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json
from doodle_client.reviewing import Reviewer


def add_to(commands: Commands) -> None:
    parser = added(commands, "reviewers", "say how each reviewer does, those first with whom others agree least", run)
    parser.add_argument("--json", action="store_true", help="one JSON object in a line")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for one in client.reviewers():
            print(as_json(one) if options.json else _text(one))
    return True


def _text(one: Reviewer) -> str:
    alone = f"decided {one.decided}, others agreed with {one.agreed} of {one.second_looks}"
    opinions = f"; {one.opinions} opinions, {one.with_others:.0%} as decided" if one.with_others is not None else ""
    known = f"; known answers right: {one.right} of {one.tried}" if one.tried else ""
    return f"{one.name}  {alone}{opinions}{known}"
