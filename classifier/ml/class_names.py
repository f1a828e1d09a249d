"""Which classes: `class_names.txt`, one name a line, and what is said of names that are unknown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

FILE = "class_names.txt"
_FEW = 20


def read(path: Path) -> tuple[str, ...]:
    """The names in the file, in their order, each once; blank lines and surrounding spaces do not count.

    Raises OSError where it cannot be opened, ValueError where it is no text or names nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no text in UTF-8: write one class name a line.") from error
    names = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not names:
        raise ValueError(f"{path} names no class: write one class name a line.")
    return names


def write(names: Sequence[str], path: Path) -> None:
    path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def unknown(names: Iterable[str], known: Sequence[str]) -> str | None:
    """A sentence about the names that are not known, with the nearest that are; None if all are."""
    missing = [_named(name, known) for name in names if name not in known]
    if not missing:
        return None
    there = f"there is for {', '.join(known)}" if len(known) <= _FEW else f"{len(known)} classes are there"
    return f"There is nothing for {', '.join(missing)}; {there}."


def _named(name: str, known: Sequence[str]) -> str:
    as_written = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), as_written, n=1)
    return f"{name!r} (did you mean {as_written[near[0]]!r}?)" if near else repr(name)
