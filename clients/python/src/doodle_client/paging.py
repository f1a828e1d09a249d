"""Lists, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, TypeVar

from doodle_client.answers import Json, Page
from doodle_client.operations import Id, Operation
from doodle_client.reading import read
from doodle_client.retrying import Plan, Retries, delivered

T = TypeVar("T")

RENAMED = {"since": "from", "until": "to"}  # `from` is a word of Python's own


class HistoryFilters(TypedDict, total=False):
    """Times without a zone are local ones; probabilities are those of the best guess, 0 to 1."""

    classifier: str
    label: str
    status: str
    source: str
    corrected: bool
    since: datetime
    until: datetime
    min_probability: float
    max_probability: float
    page_size: int


class QueueFilters(TypedDict, total=False):
    """`state` may be all; `predicted` is what a network answered, that of `version` where it is given."""

    classifier: str
    state: str
    label: str
    predicted: str
    suggested: str
    reason: str
    source: str
    version: Id
    min_probability: float
    max_probability: float
    disputed: bool
    page_size: int


def page(
    operation: Operation,
    reader: Callable[[Json], T],
    filters: Mapping[str, Any],
    cursor: str | None,
    retries: Retries,
    id: Id | None = None,
    slug: str | None = None,
) -> Plan[Page[T]]:
    request = operation.request(id, slug=slug, params=query({**filters, "cursor": cursor}))
    return read(Page.reader(reader), (yield from delivered(request, retries)))


def pages(
    operation: Operation,
    reader: Callable[[Json], T],
    filters: Mapping[str, Any],
    retries: Retries,
    id: Id | None = None,
    slug: str | None = None,
) -> Iterator[Plan[Sequence[T]]]:
    """A plan for each page; each has to be carried out before the next is asked for."""
    cursors: list[str | None] = [None]

    def results() -> Plan[Sequence[T]]:
        found = yield from page(operation, reader, filters, cursors.pop(), retries, id, slug)
        cursors.extend([found.next] if found.next else [])
        return found.results

    while cursors:
        yield results()


def query(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as the site spells them."""
    return {RENAMED.get(name, name): as_text(value) for name, value in filters.items() if value is not None}


def as_text(value: Any) -> Any:
    """A time with its zone, `true` or `false`, as JSON and queries want them; anything else as it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.astimezone().isoformat() if isinstance(value, datetime) else value
