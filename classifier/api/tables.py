"""Rows as CSV, in cells that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.utils.encoders import JSONEncoder

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
Column = tuple[str, ...]


def columns(serializer: serializers.Serializer[Any], prefix: Column = ()) -> Iterator[Column]:
    """A path for each: `image.id`, and of a list whose serializer says how many it has at `most`, `guesses.1.label`."""
    for name, field in serializer.fields.items():
        most = getattr(getattr(field, "child", None), "most", 0)
        if isinstance(field, serializers.Serializer):
            yield from columns(field, (*prefix, name))
        elif most:
            for place in range(1, most + 1):
                yield from columns(field.child, (*prefix, name, str(place)))  # type: ignore[attr-defined]
        else:
            yield (*prefix, name)


def written(rows: Iterable[Mapping[str, Any]], paths: list[Column]) -> Iterator[str]:
    """Line after line, as RFC 4180 has it, beginning with the names of the columns."""
    yield _line([".".join(path) for path in paths])
    for row in rows:
        yield _line([_cell(_at(row, path)) for path in paths])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _at(value: Any, path: Column) -> Any:
    for step in path:
        if isinstance(value, list):
            value = value[int(step) - 1] if int(step) <= len(value) else None
        elif isinstance(value, Mapping):
            value = value.get(step)
    return value


def _cell(value: Any) -> str:
    """Nothing for null; a text that would be a formula gets an apostrophe, which spreadsheets do not show."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULAS) else value
    plain = json.dumps(value, cls=JSONEncoder, ensure_ascii=False)
    return str(json.loads(plain)) if plain.startswith('"') else plain
