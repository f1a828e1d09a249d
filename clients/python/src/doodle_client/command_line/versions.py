from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json, local
from doodle_client.workshop import ModelVersion


def add_to(commands: Commands) -> None:
    listing = added(commands, "versions", "list a classifier's versions", run_list)
    listing.add_argument("classifier", metavar="SLUG", help="which problem, as classifiers lists it")
    listing.add_argument("--json", action="store_true", help="one JSON object in a line")
    promoting = added(commands, "promote", "let a version answer from now on", run_promote)
    promoting.add_argument("id", metavar="ID", help="the version's id, as versions lists it")
    promoting.add_argument("--note", default="", help="why, needed where it did not pass the comparison with the live one")
    promoting.add_argument("--json", action="store_true", help="one JSON object")
    back = added(commands, "roll-back", "put back the version that the live one replaced", run_roll_back)
    back.add_argument("id", metavar="ID", help="the live version's id, as versions lists it")
    back.add_argument("--json", action="store_true", help="one JSON object")


def run_list(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for version in client.model_versions(classifier=options.classifier):
            _show(options, version)
    return True


def run_promote(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        _show(options, client.promote(options.id, note=options.note))
    return True


def run_roll_back(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        _show(options, client.roll_back(options.id))
    return True


def _show(options: argparse.Namespace, version: ModelVersion) -> None:
    print(as_json(version) if options.json else _text(version))


def _text(version: ModelVersion) -> str:
    damage = f"; damaged: {version.damage}" if version.damage else ""
    return f"{version.id}  {version.name}: {version.stage}, promoted {local(version.promoted_at)}{damage}"
