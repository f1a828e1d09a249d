"""The guarded client: an address → bytes, or one refusal for whatever stands against it."""

from __future__ import annotations

import http.client
import io
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from classifier.ml.pixels import MAX_BYTES
from classifier.sources.submission import BadSubmission
from classifier.sources.url.address import PORTS, Address, is_public, parse

MAX_REDIRECTS = 3
MAX_ADDRESSES = 4
TOTAL_S = 10.0
REDIRECTS = (301, 302, 303, 307, 308)
OVERHEAD_BYTES = 256 * 1024  # headers, and what chunked encoding adds
PIECE = 64 * 1024
USER_AGENT = "DoodleSite/1 (fetches the one picture that a person asked about)"
POSTING_AGENT = "DoodleSite/1 (tells a webhook what is settled)"
UNREACHED = "This address could not be reached, or may not be."
REFUSED = "No picture could be fetched from this address. Try it in a browser, or save the picture and upload it."

logger = logging.getLogger(__name__)


def resolve(host: str, port: int) -> list[str]:
    """All that the system knows of the name, as numbers."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(ip: str, port: int, seconds: float) -> socket.socket:
    return socket.create_connection((ip, port), seconds)


@lru_cache
def trusted() -> ssl.SSLContext:
    """The authorities that this machine trusts; reading them takes long enough to do it once."""
    return ssl.create_default_context()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How to fetch. `allowed` names private places as host:port; the others are for tests to do without a network."""

    allowed: frozenset[str] = frozenset()
    seconds: float = TOTAL_S
    resolve: Callable[[str, int], list[str]] = resolve
    dial: Callable[[str, int, float], socket.socket] = dial
    tls: Callable[[], ssl.SSLContext] = trusted


class Refusal(Exception):
    """Why nothing was fetched: for the log alone. Who asked learns one thing only, or addresses could be probed."""


class Clock:
    """One deadline for everything."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise Refusal("out of time")
        return left


class Wire(io.RawIOBase):
    """What comes in over a connection: until the deadline, however it drips, and up to a number of bytes."""

    def __init__(self, connection: socket.socket, clock: Clock) -> None:
        self._connection, self._clock = connection, clock
        self._room = MAX_BYTES + OVERHEAD_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._clock.left())
        count = self._connection.recv_into(buffer)
        self._room -= count
        if self._room < 0:
            raise Refusal("too many bytes")
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """What http.client asks a socket for."""
        return io.BufferedReader(self)


def fetch(url: str, rules: Rules) -> bytes:
    """The bytes at the address. Raises BadSubmission, with one message for all that can be refused."""
    address = parse(url)
    try:
        return _followed(address, rules, Clock(rules.seconds))
    except Exception as error:  # whatever hostile bytes make a parser raise
        reason = error if isinstance(error, Refusal) else type(error).__name__
        logger.info("Nothing fetched from %s: %s", address.place, reason)
        raise BadSubmission("url_refused", REFUSED) from error


def _followed(address: Address, rules: Rules, clock: Clock) -> bytes:
    for _ in range(MAX_REDIRECTS + 1):
        with closing(_connected(address, rules, clock)) as connection:
            response = _asked(connection, address, clock)
            if response.status not in REDIRECTS:
                return _body(response)
        address = _next_hop(address, response)
    raise Refusal("too many redirects")


def _next_hop(address: Address, response: http.client.HTTPResponse) -> Address:
    location = response.getheader("Location")
    if not location:
        raise Refusal("redirected nowhere")
    return parse(urljoin(address.url, location))


def _connected(address: Address, rules: Rules, clock: Clock) -> socket.socket:
    """To one of the numbers that were checked: the name is not looked up again."""
    numbers = _vetted(address, rules, clock)[:MAX_ADDRESSES]
    for tried, number in enumerate(numbers):
        try:
            connection = rules.dial(number, address.port, clock.left() / (len(numbers) - tried))
        except OSError:
            continue
        return _secured(connection, address, rules, clock) if address.scheme == "https" else connection
    raise Refusal("no connection")


def _vetted(address: Address, rules: Rules, clock: Clock) -> list[str]:
    """The host's numbers, every one of them fit to be connected to."""
    known = address.place in rules.allowed
    if not known and address.port not in PORTS.values():
        raise Refusal("another port")
    numbers = _looked_up(address, rules, clock)
    if not known and not all(is_public(number) for number in numbers):
        raise Refusal("not public")
    return numbers


def _looked_up(address: Address, rules: Rules, clock: Clock) -> list[str]:
    """In a thread, since the system's resolver knows no deadline."""
    answer: Future[list[str]] = Future()

    def run() -> None:
        try:
            answer.set_result(rules.resolve(address.host, address.port))
        except Exception as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="resolve", daemon=True).start()
    return answer.result(clock.left())


def _secured(connection: socket.socket, address: Address, rules: Rules, clock: Clock) -> socket.socket:
    """With a certificate for the host's name, whatever number it has."""
    try:
        name = address.host.rstrip(".")
        secured = rules.tls().wrap_socket(connection, server_hostname=name, do_handshake_on_connect=False)
    except BaseException:
        connection.close()
        raise
    try:
        secured.settimeout(clock.left())
        secured.do_handshake()
    except BaseException:
        secured.close()
        raise
    return secured


def post(url: str, body: bytes, headers: Mapping[str, str], rules: Rules) -> int:
    """The status with which the address answers; a redirect is not followed. Raises BadSubmission where no answer comes."""
    address, clock = parse(url), Clock(rules.seconds)
    sent = {**headers, "User-Agent": POSTING_AGENT, "Content-Length": str(len(body))}
    try:
        with closing(_connected(address, rules, clock)) as connection:
            return _answered(connection, address, clock, "POST", sent, body).status
    except Exception as error:  # whatever hostile bytes make a parser raise
        reason = error if isinstance(error, Refusal) else type(error).__name__
        logger.info("Nothing sent to %s: %s", address.place, reason)
        raise BadSubmission("url_refused", UNREACHED) from error


def _asked(connection: socket.socket, address: Address, clock: Clock) -> http.client.HTTPResponse:
    headers = {"User-Agent": USER_AGENT, "Accept": "image/*", "Accept-Encoding": "identity"}
    return _answered(connection, address, clock, "GET", headers)


def _answered(
    connection: socket.socket, address: Address, clock: Clock, method: str, headers: Mapping[str, str], body: bytes = b""
) -> http.client.HTTPResponse:
    named = {"Host": address.host_header, **headers, "Connection": "close"}
    lines = [f"{method} {address.target} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    connection.settimeout(clock.left())
    connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + body)
    response = http.client.HTTPResponse(Wire(connection, clock))  # type: ignore[arg-type]
    response.begin()
    return response


def _body(response: http.client.HTTPResponse) -> bytes:
    """As it is: nothing is unpacked, so nothing can swell."""
    if response.status != 200:
        raise Refusal(f"status {response.status}")
    if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise Refusal("encoded")
    body = bytearray()
    while piece := response.read(PIECE):
        body += piece
        if len(body) > MAX_BYTES:
            raise Refusal("too large")
    if response.length:
        raise Refusal("broke off")
    return bytes(body)
