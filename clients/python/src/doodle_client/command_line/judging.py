"""One verdict on many samples, taking it back, and answers that are known."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from doodle_client.command_line.options import Commands, added, client_of
from doodle_client.command_line.printing import as_json
from doodle_client.errors import BadInput
from doodle_client.judging import JudgedTogether
from doodle_client.operations import Id
from doodle_client.workshop import Sample

NOT_A_QUEUE = "Line {} on stdin is no sample. Pipe what queue --json writes."


def add_to(commands: Commands) -> None:
    parser = added(commands, "review-batch", "give one verdict on up to 200 samples", run)
    parser.add_argument("verdict", choices=("confirmed", "corrected", "unusable"))
    parser.add_argument(
        "samples", nargs="+", metavar="SAMPLE", help="its id, as queue --json has it, or - for such lines on stdin"
    )
    parser.add_argument("--label", metavar="LABEL", help="what they show; needed with corrected")
    parser.add_argument("--reason", default="", help="why, for whoever looks later")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    undoing = added(commands, "undo-batch", "take back what review-batch did", run_undo)
    undoing.add_argument("id", metavar="ID", help="what review-batch says takes it back")
    undoing.add_argument("--json", action="store_true", help="one JSON object")
    known = added(
        commands, "mark-known", "say that an image's label is certain, so that reviewers may be tried with it", run_known
    )
    known.add_argument("image", metavar="IMAGE", help="the image's id, as queue lists it")
    known.add_argument("--classifier", metavar="SLUG", default="doodle", help="in this classifier (doodle)")
    known.add_argument("--no-longer", action="store_true", help="it is not certain after all")
    known.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        judged = client.review_batch(list(_samples(options.samples)), options.verdict, label=options.label, reason=options.reason)
    print(as_json(judged) if options.json else _text(judged))
    return not judged.stale and not judged.refused


def run_undo(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        undone = client.undo_review_batch(options.id)
    left = f", {len(undone.left)} left that somebody judged again" if undone.left else ""
    print(as_json(undone) if options.json else f"taken back: {len(undone.reviews)}{left}")
    return True


def run_known(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        known = client.mark_known(options.image, classifier=options.classifier, known=not options.no_longer)
    print(as_json(known) if options.json else f"{known.label or 'unusable'}: {'known' if known.known else 'not known'}")
    return True


def _samples(given: list[str]) -> Iterator[Sample | Id]:
    """Raises BadInput."""
    for one in given:
        if one == "-":
            yield from map(_sample, range(1, sys.maxsize), sys.stdin)
        else:
            yield one


def _sample(number: int, line: str) -> Sample:
    try:
        return Sample.of(json.loads(line))
    except (ValueError, LookupError, TypeError) as error:
        raise BadInput(NOT_A_QUEUE.format(number)) from error


def _text(judged: JudgedTogether) -> str:
    lines = [f"{len(judged.reviews)} judged; undo-batch {judged.together} takes it back"]
    lines += [f"{one.id}  stale: {one.state}, {one.label or 'no label'} now" for one in judged.stale]
    return "\n".join([*lines, *(f"{one.sample}  refused: {one.message}" for one in judged.refused)])
