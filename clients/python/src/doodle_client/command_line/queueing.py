from __future__ import annotations

import argparse
from itertools import islice

from doodle_client.command_line.options import Commands, added, client_of, number
from doodle_client.command_line.printing import as_json
from doodle_client.paging import QueueFilters
from doodle_client.workshop import Sample

FILTERS = {
    "classifier": ("SLUG", "of this classifier"),
    "state": ("STATE", "new, accepted, corrected, excluded or all"),
    "label": ("LABEL", "labelled so"),
    "suggested": ("LABEL", "of which the network suggests this label instead"),
    "reason": ("REASON", "disputed, reported or suspected"),
}


def add_to(commands: Commands) -> None:
    parser = added(commands, "queue", "list the images to review: what people call wrong, then the likeliest mistakes", run)
    for name, (value, meaning) in FILTERS.items():
        parser.add_argument(f"--{name}", metavar=value, help=meaning)
    parser.add_argument("--limit", type=number, metavar="N", help="the first N of them (all)")
    parser.add_argument("--json", action="store_true", help="one JSON object in a line")


def run(options: argparse.Namespace) -> bool:
    filters = QueueFilters(**{name: getattr(options, name) for name in FILTERS})  # type: ignore[typeddict-item]
    with client_of(options) as client:
        for sample in islice(client.queue(**filters), options.limit):
            print(as_json(sample) if options.json else _text(sample))
    return True


def _text(sample: Sample) -> str:
    reason = f", {sample.reason}" if sample.reason else ""
    return f"{sample.image.id}  {sample.classifier}: {sample.doubt or sample.label or 'no label'} ({sample.state}{reason})"
