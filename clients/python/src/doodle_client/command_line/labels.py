from __future__ import annotations

import argparse

from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json, local
from doodle_client.errors import BadInput
from doodle_client.workshop import LabelChange

NOT_MERGED = "A merge cannot be undone. Nothing was done: say --yes if you are sure."


def add_to(commands: Commands) -> None:
    summary = "list and change the labels of a classifier"
    labels = commands.add_parser("labels", help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    verbs = labels.add_subparsers(required=True, metavar="VERB")
    _verb(verbs, "list", "list the labels, one a line, and say which still wait for a training run", run_list)
    _verb(verbs, "add", "add a label at the end", run_add, NAME="what it is called")
    _verb(verbs, "rename", "give a label another name", run_rename, NAME="what it is called now", NEW="what it shall be called")
    merging = _verb(verbs, "merge", "let two labels be one, for good", run_merge, NAME="which goes", INTO="which stays")
    merging.add_argument("--yes", action="store_true", help="you are sure: it cannot be undone")
    changes = _verb(verbs, "changes", "list how the labels changed, the last first", run_changes)
    changes.add_argument("--json", action="store_true", help="one JSON object in a line")


def _verb(verbs: Commands, name: str, summary: str, run: object, **names: str) -> argparse.ArgumentParser:
    parser = added(verbs, name, summary, run)
    parser.add_argument("classifier", metavar="SLUG", help="which problem, as classifiers lists it")
    for metavar, meaning in names.items():
        parser.add_argument(metavar.lower(), metavar=metavar, help=meaning)
    return parser


def run_list(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        found = client.classifier(options.classifier)
    for name in found.labels:
        print(f"{name}  (waits for the next training run)" if name in found.waiting_labels else name)
    return True


def run_add(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        print(client.add_label(options.classifier, options.name).name)
    return True


def run_rename(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        print(client.rename_label(options.classifier, options.name, options.new).name)
    return True


def run_merge(options: argparse.Namespace) -> bool:
    if not options.yes:
        raise BadInput(NOT_MERGED)
    with client_of(options) as client:
        print(_text(client.merge_labels(options.classifier, options.name, options.into)))
    return True


def run_changes(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for change in client.label_changes(options.classifier):
            print(as_json(change) if options.json else f"{local(change.created_at)}  {_text(change)}")
    return True


def _text(change: LabelChange) -> str:
    if change.kind == "added":
        return f"added {change.new}"
    if change.kind == "renamed":
        return f"renamed {change.old} to {change.new}"
    return f"merged {change.old} into {change.new}, {change.samples} sample{'' if change.samples == 1 else 's'}"
