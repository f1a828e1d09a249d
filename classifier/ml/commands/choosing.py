"""Options by which a command is told the classes that it is to use."""

from __future__ import annotations

import argparse
from pathlib import Path

from classifier.ml import class_names


def add_classes(parser: argparse._ActionsContainer, *, instead_of: str) -> None:
    parser.add_argument("--classes", type=Path, metavar="FILE", help=f"class names, one a line, instead of {instead_of}")


def chosen_classes(options: argparse.Namespace) -> tuple[str, ...] | None:
    """The names in the file that was given, if any. Raises OSError, or ValueError where it names none."""
    return None if options.classes is None else class_names.read(options.classes)


def at_least_one(text: str) -> int:
    """A whole number from 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def share(text: str) -> float:
    """A number from 0 up to, but not, 1, for argparse."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up to, but not, 1")
    return number
