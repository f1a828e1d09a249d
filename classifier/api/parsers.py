"""JSON that cannot hurt what comes behind it."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser

MAX_DEPTH = 20
MAX_DIGITS = 300
MAX_VALUES = 1_000_000  # a value is two bytes of JSON, but may take a hundred of memory
TOO_DEEP = f"The JSON is nested too deeply: {MAX_DEPTH} levels at most."
TOO_MANY = f"The JSON has too many values: {MAX_VALUES:,} at most."
NOT_JSON = "Send valid JSON in UTF-8."
NOT_FINITE = f"The JSON may hold finite numbers only, of {MAX_DIGITS} digits at most."


class StrictJSONParser(JSONParser):
    """UTF-8, 20 levels at most, finite numbers, no name twice, and no NUL or lone surrogates: a database would choke on them."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        encoding, content = _encoding(parser_context or {}), stream.read()
        if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise ParseError(TOO_MANY)
        try:
            data = _DECODER.decode(content.decode(encoding))
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        except (json.JSONDecodeError, UnicodeError) as error:
            raise ParseError(f"{NOT_JSON} What came: {error}") from error
        for text in _texts(data):
            _check_text(text)
        return data


class UnboundedJSONParser(BaseParser):
    """For a route with a body limit of its own: REST framework holds what it knows as a JSON parser to the common one."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return StrictJSONParser().parse(stream, media_type, parser_context)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ParseError(NOT_FINITE)
    return value


def _whole(text: str) -> int:
    """No more digits than a float can have: Python takes a square of time for them, and databases have none for such."""
    if len(text) > MAX_DIGITS:
        raise ParseError(NOT_FINITE)
    return int(text)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ParseError("The JSON has the same name twice in one object. Which of the two is meant?")
    return members


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=_finite, parse_int=_whole, parse_constant=_finite)


def _encoding(context: Mapping[str, Any]) -> str:
    declared = str(context.get("encoding") or "utf-8")
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if name not in ("utf-8", "ascii"):
        raise ParseError("Send JSON as UTF-8.")
    return name


def _texts(data: Any) -> Iterator[str]:
    """Every string and key, without recursion. Raises ParseError where it is nested too deeply."""
    waiting = [(data, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ParseError(TOO_DEEP)
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            waiting += [(value, depth + 1) for value in item.values()]
        elif isinstance(item, list) and any(isinstance(value, list | dict | str) for value in item):
            waiting += [(value, depth + 1) for value in item]


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("Text may not hold NUL characters.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError("Text may not hold lone surrogates.") from error
