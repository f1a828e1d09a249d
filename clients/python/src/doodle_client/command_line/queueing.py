from __future__ import annotations

import argparse
import sys
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
    "reason": ("REASON", "disputed, reported, suspected or tied"),
}
PROBABILITIES = {
    "min-probability": "to whose label the network gives so much or more, 0 to 1",
    "max-probability": "to whose label the network gives so much or less",
}


def add_to(commands: Commands) -> None:
    parser = added(commands, "queue", "list the images to review: what people call wrong, then the likeliest mistakes", run)
    _add_filters(parser)
    parser.add_argument("--limit", type=number, metavar="N", help="the first N of them (all)")
    parser.add_argument("--json", action="store_true", help="one JSON object in a line")
    following = added(commands, "next", "be given the first to review that nobody else has, for two minutes", run_next)
    _add_filters(following)
    following.add_argument("--after", metavar="SAMPLE", help="pass over this one, whose id --json has")
    following.add_argument("--json", action="store_true", help="one JSON object")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    for name, (value, meaning) in FILTERS.items():
        parser.add_argument(f"--{name}", metavar=value, help=meaning)
    for name, meaning in PROBABILITIES.items():
        parser.add_argument(f"--{name}", metavar="P", type=float, help=meaning)


def run_next(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        sample = client.next_sample(after=options.after, **_filters(options))
    if sample:
        print(as_json(sample) if options.json else _text(sample))
    else:
        print("Nothing is left that nobody else has.", file=sys.stderr)
    return sample is not None


def run(options: argparse.Namespace) -> bool:
    with client_of(options) as client:
        for sample in islice(client.queue(**_filters(options)), options.limit):
            print(as_json(sample) if options.json else _text(sample))
    return True


def _filters(options: argparse.Namespace) -> QueueFilters:
    names = [*FILTERS, *(name.replace("-", "_") for name in PROBABILITIES)]
    filters: QueueFilters = {name: getattr(options, name) for name in names}  # type: ignore[assignment]
    return filters


def _text(sample: Sample) -> str:
    reason = f", {sample.reason}" if sample.reason else ""
    opinions = f", {sample.opinions} of {sample.opinions_needed} opinions" if sample.opinions_needed > 1 else ""
    what = sample.doubt or sample.label or "no label"
    return f"{sample.image.id}  {sample.classifier}: {what} ({sample.state}{reason}{opinions})"
