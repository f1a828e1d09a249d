"""From an answer's bytes to what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from doodle_client.errors import BadAnswer

T = TypeVar("T")
NOT_A_SITE = "The answer is not what a Doodle Site says. Is the URL that of one, and is this client new enough?"


def read(reader: Callable[[Any], T], response: httpx.Response) -> T:
    """Raises BadAnswer."""
    try:
        return understood(reader, response.json())
    except ValueError as error:
        raise BadAnswer(NOT_A_SITE) from error


def understood(reader: Callable[[Any], T], data: Any) -> T:
    """Raises BadAnswer."""
    try:
        return reader(data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(NOT_A_SITE) from error
