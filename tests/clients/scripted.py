"""A server that answers what it is told, one reply after the other, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.hosts import Behaviour, Host, host

ID = "0198c0de-0000-7000-8000-000000000001"
IMAGE_ID = "0198c0de-0000-7000-8000-000000000002"


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    host: Host
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.host.url("")


@contextmanager
def server(*replies: bytes) -> Iterator[Server]:
    """Each reply once, in their order; an empty one cuts the connection, and so does whatever comes after the last."""
    left = iter(replies)
    received: list[Received] = []

    def behave(connection: socket.socket) -> None:
        received.append(_read(connection))
        connection.sendall(next(left, b""))

    behaviour: Behaviour = behave
    with host(behaviour) as running:
        yield Server(running, received)


def reply(body: Any = None, status: str = "200 OK", **headers: str) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    given = {"content_type": "application/json", "content_length": str(len(content)), "connection": "close", **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def page(*results: Any, onward: str | None = None) -> bytes:
    return reply({"next": onward, "previous": None, "results": list(results)})


def refusal(status: str, code: str = "refused", message: str = "No.", **headers: str) -> bytes:
    return reply({"error": {"code": code, "message": message, "fields": {}}}, status, **headers)


def prediction(status: str = "succeeded", **fields: Any) -> dict[str, Any]:
    """As the site answers it."""
    answered = status == "succeeded"
    return {
        "id": ID,
        "status": status,
        "classifier": "doodle",
        "model_version": ID if answered else None,
        "guesses": [{"label": "house", "probability": 0.75}, {"label": "barn", "probability": 0.2}] if answered else [],
        "unsure": False if answered else None,
        "image": {"id": IMAGE_ID, "url": f"/api/v1/images/{IMAGE_ID}/file/", "width": 256, "height": 256, "source": "canvas"},
        "error": None,
        "created_at": "2026-01-31T08:00:00Z",
        "finished_at": "2026-01-31T08:00:01.5Z" if answered else None,
        "corrected_label": None,
        "suggested_classifier": None,
        **fields,
    }


def _read(connection: socket.socket) -> Received:
    data = b""
    while b"\r\n\r\n" not in data and (piece := connection.recv(65536)):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    while len(body) < int(headers.get("content-length", 0)) and (piece := connection.recv(65536)):
        body += piece
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    return Received(method, parts.path, parse_qs(parts.query), headers, body)
