"""Send a request, and again where that may help and cannot do harm."""

from __future__ import annotations

import logging
import random
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TypeAlias, TypeVar

import httpx

from doodle_client.errors import ApiError, DoodleError, ServerUnreachable
from doodle_client.operations import Request

T = TypeVar("T")
Plan: TypeAlias = Generator[Request, httpx.Response, T]
"""Requests to send one after the other, in whichever way, and what comes of them. Never does anything itself."""

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_NOW = (429, 502, 503, 504)
MOVED = "The site answers at {to}. Give that address, up to /api/, as the URL."

logger = logging.getLogger("doodle_client")


@dataclass(frozen=True)
class Retries:
    """`attempts` in all; pauses start with `first` seconds, double up to `longest`, and vary by half.

    A longer Retry-After than `longest` is not waited for: the error is raised, and tells it.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 30.0

    def pause(self, attempt: int, wanted: float | None) -> float | None:
        """The seconds before the next attempt, None where there should be none."""
        if attempt >= self.attempts or (wanted is not None and wanted > self.longest):
            return None
        grown = min(self.longest, self.first * 2.0 ** (attempt - 1))
        varied = grown * random.uniform(0.5, 1)  # noqa: S311  no secret: it keeps programs from coming back all at once
        return varied if wanted is None else wanted + varied / 10


def delivered(request: Request, retries: Retries) -> Plan[httpx.Response]:
    """The site's answer, a good one. Raises ApiError and ServerUnreachable."""
    uncertain = False  # whether an earlier attempt may have been carried out
    for attempt in count(1):
        try:
            return (yield from _once(request))
        except (ApiError, ServerUnreachable) as error:
            if uncertain and request.method == "DELETE" and isinstance(error, ApiError) and error.status == 404:
                return httpx.Response(204)
            pause = retries.pause(attempt, getattr(error, "retry_after", None)) if _may_repeat(request, error) else None
            if pause is None:
                raise
            logger.info("%s %s: %s Again in %.1f s.", request.method, request.path, error, pause)
            uncertain = uncertain or not _refused(error)
        request = replace(request, after=pause)
    raise AssertionError  # for the type checker: counting has no end


def retry_after(response: httpx.Response) -> float | None:
    """Seconds or a date, as the header may have either."""
    given = response.headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdecimal():
        return float(given[:9])
    try:
        then = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _once(request: Request) -> Plan[httpx.Response]:
    try:
        response = yield request
    except httpx.RequestError as error:
        raise _unreachable(error) from error
    if response.is_success:
        return response
    raise _refusal(response)


def _may_repeat(request: Request, error: DoodleError) -> bool:
    if isinstance(error, ApiError) and error.status == 429:
        return error.retry_after is not None  # without it waiting does not help, as with a quota that is used up
    if isinstance(error, ApiError) and error.status not in NOT_NOW:
        return False
    return request.repeatable or _refused(error)


def _refused(error: DoodleError) -> bool:
    """Whether nothing was done: the request did not arrive, or the site itself said when to come back."""
    if isinstance(error, ServerUnreachable):
        return not error.sent
    return isinstance(error, ApiError) and error.status in (429, 503) and error.retry_after is not None


def _unreachable(error: httpx.RequestError) -> ServerUnreachable:
    url = error.request.url
    what = "took too long" if isinstance(error, httpx.TimeoutException) else str(error) or "the connection was cut"
    message = f"No answer from {url.scheme}://{url.netloc.decode()}: {what}. Is the URL right, and is the site running?"
    return ServerUnreachable(message, sent=not isinstance(error, NEVER_SENT))


def _refusal(response: httpx.Response) -> ApiError:
    status, after = response.status_code, retry_after(response)
    if response.has_redirect_location:
        return ApiError("moved", MOVED.format(to=response.headers["Location"]), {}, status)
    try:
        return ApiError.of(response.json(), status, after)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ApiError(f"http_{status}", f"The server answered {status} {response.reason_phrase}.", {}, status, after)
