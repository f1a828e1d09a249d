from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterable
from itertools import islice

from doodle_client.answers import Prediction
from doodle_client.command_line.options import Commands, added, client_of, moment, number, truth
from doodle_client.command_line.printing import as_json, guesses, local
from doodle_client.paging import HistoryFilters

COLUMNS = (
    "id", "created_at", "finished_at", "status", "classifier", "model_version", "label", "probability", "unsure",
    "corrected_label", "image", "source",
)  # fmt: skip
FILTERS: dict[str, tuple[Callable[[str], object], str, str]] = {
    "classifier": (str, "SLUG", "of this classifier"),
    "label": (str, "LABEL", "whose best guess is this"),
    "status": (str, "STATUS", "queued, running, succeeded or failed"),
    "source": (str, "SOURCE", "canvas, upload, url or base64"),
    "corrected": (truth, "true|false", "that people say something else of, or not"),
    "since": (moment, "TIME", "asked at this time or later, such as 2026-01-31 or 2026-01-31T08:00"),
    "until": (moment, "TIME", "asked at this time or earlier"),
    "min_probability": (float, "P", "whose best guess has at least this probability, 0 to 1"),
    "max_probability": (float, "P", "whose best guess has at most this probability"),
}


def add_to(commands: Commands) -> None:
    parser = added(commands, "history", "list your predictions, newest first", run)
    for name, (kind, value, meaning) in FILTERS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=value, help=meaning)
    parser.add_argument("--limit", type=number, metavar="N", help="the newest N of them (all)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", dest="write", action="store_const", const=_write_csv, help="a table with a header")
    form.add_argument("--json", dest="write", action="store_const", const=_write_json, help="one JSON object in a line")
    parser.set_defaults(write=_write_text)


def run(options: argparse.Namespace) -> bool:
    filters = HistoryFilters(**{name: getattr(options, name) for name in FILTERS})  # type: ignore[typeddict-item]
    with client_of(options) as client:
        options.write(islice(client.history(**filters), options.limit))
    return True


def _write_text(predictions: Iterable[Prediction]) -> None:
    for prediction in predictions:
        print(f"{local(prediction.created_at)}  {prediction.id}  {prediction.classifier}: {guesses(prediction)}")


def _write_json(predictions: Iterable[Prediction]) -> None:
    for prediction in predictions:
        print(as_json(prediction))


def _write_csv(predictions: Iterable[Prediction]) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(map(_row, predictions))


def _row(prediction: Prediction) -> list[object]:
    best, finished = prediction.best, prediction.finished_at
    return [
        prediction.id, prediction.created_at.isoformat(), finished and finished.isoformat(), prediction.status,
        prediction.classifier, prediction.model_version, best and best.label, best and best.probability,
        prediction.unsure, prediction.corrected_label, prediction.image.id, prediction.image.source,
    ]  # fmt: skip
