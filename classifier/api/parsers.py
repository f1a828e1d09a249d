"""JSON that cannot hurt what comes behind it."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser

MAX_DEPTH = 20
MAX_VALUES = 1_000_000  # a value is two bytes of JSON, but may take a hundred of memory
TOO_DEEP = f"The JSON is nested too deeply: {MAX_DEPTH} levels at most."
TOO_MANY = f"The JSON has too many values: {MAX_VALUES:,} at most."


class StrictJSONParser(JSONParser):
    """UTF-8 only, 20 levels at most, no NaN, no NUL and no lone surrogates, which a database would choke on."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        context = {**(parser_context or {}), "encoding": _encoding(parser_context or {})}
        content = stream.read()
        if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise ParseError(TOO_MANY)
        try:
            data = super().parse(io.BytesIO(content), media_type, context)
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        except (ParseError, UnicodeError) as error:
            raise ParseError(f"Send valid JSON in UTF-8, with finite numbers. What came: {error}") from error
        for text in _texts(data):
            _check_text(text)
        return data


class UnboundedJSONParser(BaseParser):
    """For a route with a body limit of its own: REST framework holds what it knows as a JSON parser to the common one."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return StrictJSONParser().parse(stream, media_type, parser_context)


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
