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

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SOME_FAILED, REFUSED = 1, 2
COMMANDS = (
    "download",
    "export",
    "describe",
    "add",
    "train",
    "retrain",
    "join",
    "keep",
    "evaluate",
    "crossfit",
    "measure",
    "classify",
    "suspects",
    "package",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, 1 where some of the files could not be read, or 2 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras and others print what they do
            result: str
            result, complete = options.run(options)
    except (OSError, ValueError) as error:
        print(f"{options.prog}: {_sentence(error)}", file=sys.stderr)
        return REFUSED
    print(result)
    return 0 if complete else SOME_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m classifier.ml", description="Train and use the site's networks.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in COMMANDS:
        command = import_module(f"classifier.ml.commands.{name}")
        summary = command.__doc__
        added = commands.add_parser(name, help=summary, description=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
        added.set_defaults(run=command.run, prog=added.prog)
        command.add_arguments(added)
    return parser


def _sentence(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}."
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
