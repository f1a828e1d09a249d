"""`doodle`: ask a Doodle Site from the command line.

Results alone stand on stdout; questions and complaints go to stderr.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from doodle_client.command_line import (
    classifiers,
    deleting,
    explaining,
    history,
    judging,
    labels,
    login,
    predicting,
    queueing,
    reviewers,
    reviewing,
    showing,
    tokens,
    training,
    versions,
)
from doodle_client.command_line.options import URL_HELP
from doodle_client.errors import DoodleError
from doodle_client.release import VERSION

SOME_FAILED, REFUSED, INTERRUPTED = 1, 2, 130
COMMANDS = (
    login, predicting, history, showing, explaining, deleting, reviewing, queueing, judging, reviewers, classifiers, labels,
    training, versions, tokens,
)  # fmt: skip
HINTS = {"not_authenticated": "Run doodle login, or set DOODLE_TOKEN."}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, 1 where some of the pictures were not answered, or 2 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        complete: bool = options.run(options)
        sys.stdout.flush()
    except DoodleError as error:
        print(f"doodle: {sentence(error)}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_FAILED
    return 0 if complete else SOME_FAILED


def sentence(error: DoodleError) -> str:
    """The error with what would help here."""
    hint = HINTS.get(error.code)
    return f"{error} {hint}" if hint else str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doodle", description="Ask a Doodle Site what drawings and small photos show.")
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--url", help=URL_HELP)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(commands)
    return parser
