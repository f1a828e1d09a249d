"""train a new version from a frozen training set, and measure it on the set's own test part"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classifier.ml import catalog
from classifier.ml.recipes.people import RECIPES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = [recipe.name for recipe in RECIPES]
    parser.add_argument("recipe", choices=names, metavar="RECIPE", help=" | ".join(names))
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with manifest.json and pictures.npz")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artifact")
    parser.add_argument("--from", type=Path, dest="start", metavar="ARTIFACT", help="start from an artifact's weights")
    parser.add_argument(
        "--words", type=json.loads, metavar="JSON", help="an object: what labels of the artifact or the set are called today"
    )
    parser.add_argument(
        "--while-stdin", action="store_true",
        help="end, at whatever moment, when the standard input is closed: whoever started this is gone",
    )  # fmt: skip


def run(options: argparse.Namespace) -> tuple[str, bool]:
    if options.while_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    from classifier.ml.retraining import retrain

    with _alone(options.out):
        card = retrain(catalog.RECIPES[options.recipe], options.data, options.out, start=options.start, words=options.words)
    return json.dumps({"artifact": str(options.out), **card.metrics}, ensure_ascii=False), True


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Wait for a process that still trains there, such as that of a trainer which stood still and lost its run meanwhile."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _end_with_stdin() -> None:
    while os.read(sys.stdin.fileno(), 1):  # not sys.stdin.read: Python cannot end in peace while a thread is inside that
        pass
    os._exit(1)
