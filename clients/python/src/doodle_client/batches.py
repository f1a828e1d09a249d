"""Ask about any number of pictures, as many in each request as the site takes."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from doodle_client import operations
from doodle_client.answers import Json, Prediction
from doodle_client.errors import ApiError, BadAnswer, BadInput, DoodleError
from doodle_client.operations import Request
from doodle_client.pictures import Picture, Sendable, sendable
from doodle_client.reading import NOT_A_SITE, read, understood
from doodle_client.retrying import Plan, Retries, delivered
from doodle_client.waiting import ASK_AGAIN_S, Patience, settled

Outcome: TypeAlias = Prediction | DoodleError
Item: TypeAlias = Json | BadInput

LONGEST_BATCH = 64
LARGEST_BATCH = 32 * 1024 * 1024  # half of what the site takes in one request


def batches(
    pictures: Iterable[Picture | Sendable], classifier: str, wait: float, retries: Retries
) -> Iterator[Plan[Sequence[Outcome]]]:
    """A plan for each request; what cannot be opened is an outcome of its own. Pictures are read as their turn comes."""
    for items in _chunks(_item(picture, classifier) for picture in pictures):
        yield _batch(items, wait, retries)


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    chunk: list[Item] = []
    size = 0
    for item in items:
        added = _size(item)
        if chunk and (len(chunk) == LONGEST_BATCH or size + added > LARGEST_BATCH):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += added
    if chunk:
        yield chunk


def _item(picture: Picture | Sendable, classifier: str) -> Item:
    try:
        return {"classifier": classifier, **sendable(picture).as_json()}
    except BadInput as error:
        return error


def _size(item: Item) -> int:
    if isinstance(item, BadInput):
        return 0
    return len(item.get("image_base64", "")) or len(str(item))


def _batch(items: Sequence[Item], wait: float, retries: Retries) -> Plan[Sequence[Outcome]]:
    patience = Patience.of(wait)
    good = [item for item in items if not isinstance(item, BadInput)]
    results = iter((yield from _results(good, patience, retries)) if good else [])
    outcomes: list[Outcome] = []
    for item in items:
        outcomes.append(item if isinstance(item, BadInput) else (yield from _outcome(next(results), patience, retries)))
    return outcomes


def _results(good: Sequence[Json], patience: Patience, retries: Retries) -> Plan[list[Any]]:
    request = operations.PREDICT_BATCH.request(json={"items": good}, wait=patience.held())
    answer = yield from delivered(request, retries)
    results = read(lambda data: list(data["results"]), answer)
    if len(results) != len(good):
        raise BadAnswer(NOT_A_SITE)
    return results


def _outcome(result: Any, patience: Patience, retries: Retries) -> Generator[Request, Any, Outcome]:
    """What `predict` would have returned, or raised."""
    try:
        if not (isinstance(result, dict) and "id" in result):
            return understood(lambda refused: ApiError.of(refused, status=400), result)
        return (yield from settled(understood(Prediction.of, result), ASK_AGAIN_S, patience, retries))
    except DoodleError as error:
        return error
