"""`python -m classifier.ml`: train and use networks without the site.

The result of a command is all that stands on stdout; progress and complaints go to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SOME_FAILED, REFUSED = 1, 2
DATA = """
FILE is one of
  .npz     bitmaps (n, 784) or (n, 28, 28) uint8, ink 255, or images (n, h, w, 3) uint8 RGB;
           labels (n,) integers that index class_names (k,), which may be some of the artifact's, in any order
  .ndjson, .ndjson.gz   Quick, Draw!'s lines {"word": ..., "drawing": [[[x, ...], [y, ...]], ...]}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, 1 where some of the files could not be read, or 2 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras and others print what they do
            commands = import_module("classifier.ml.commands")
            result: str
            result, complete = getattr(commands, options.command)(options)
    except (OSError, ValueError) as error:
        print(f"{options.prog}: {_sentence(error)}", file=sys.stderr)
        return REFUSED
    print(result)
    return 0 if complete else SOME_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifier.ml", description="Train and use the site's networks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, add_arguments in {"train": _train, "evaluate": _evaluate, "classify": _classify}.items():
        summary = (add_arguments.__doc__ or "").strip()
        added = commands.add_parser(
            command, help=summary, description=summary, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        added.set_defaults(command=command, prog=added.prog)
        add_arguments(added)
    return parser


def _train(parser: argparse.ArgumentParser) -> None:
    """train a recipe into an artifact; a killed run goes on from its last epoch"""
    parser.add_argument("recipe", metavar="RECIPE")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the recipe's dataset")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the artifact")


def _evaluate(parser: argparse.ArgumentParser) -> None:
    """measure an artifact on labelled pictures; prints one JSON object"""
    parser.epilog = DATA
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE", help="labelled pictures, see below")
    parser.add_argument(
        "--out", type=Path, metavar="FILE.npz",
        help="keep probabilities (n, k) float32, rows in the file's order, class_names (k,) of the columns, and labels (n,)",
    )  # fmt: skip


def _classify(parser: argparse.ArgumentParser) -> None:
    """say what pictures show: the three best guesses for each"""
    parser.add_argument("artifact", type=Path, metavar="ARTIFACT", help="folder with card.json and the weights")
    parser.add_argument(
        "files", nargs="+", metavar="FILE",
        help="a picture, a folder of them, .ndjson or .ndjson.gz with a drawing in every line, or - for one picture on stdin",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON list instead of lines of text")


def _sentence(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
