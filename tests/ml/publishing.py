"""A publisher's server on the loopback, over a folder: with Range, ETags and checksums, and with the faults that it is told."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote


@dataclass
class Publisher:
    """What the server does, to be changed while it runs, and what it was asked."""

    root: Path
    address: str = ""
    ranges: bool = True
    version: str | None = '"1"'
    promises: bool = True
    md5_of: bytes | None = None
    statuses: list[int] = field(default_factory=list)
    """Answered first, one a request."""
    cuts: list[int] = field(default_factory=list)
    """The next answers break off after so many bytes of the body."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path as it came, and the range."""

    def url(self, name: str) -> str:
        return f"{self.address}/{name}"


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.publisher.asked.append((self.path, self.headers["Range"]))
        path = self.publisher.root / unquote(self.path).lstrip("/")
        if self.publisher.statuses:
            self._refuse(self.publisher.statuses.pop(0))
        elif not path.is_file():
            self._refuse(404)
        else:
            self._send(path.read_bytes())

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, content: bytes) -> None:
        start = self._start()
        if start is not None and start >= len(content):
            self._refuse(416)
            return
        self.send_response(200 if start is None else 206)
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        body = content[start or 0 :]
        self._describe(content, len(body))
        cut = self.publisher.cuts.pop(0) if self.publisher.cuts else len(body)
        self.wfile.write(body[:cut])
        self.close_connection = self.close_connection or cut < len(body)

    def _start(self) -> int | None:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        same = self.headers["If-Range"] in (None, self.publisher.version)
        return int(asked[1]) if self.publisher.ranges and asked and same else None

    def _describe(self, content: bytes, length: int) -> None:
        self.send_header("Content-Length", str(length))
        if self.publisher.version:
            self.send_header("ETag", self.publisher.version)
        if self.publisher.promises:
            digest = hashlib.md5(
                content if self.publisher.md5_of is None else self.publisher.md5_of, usedforsecurity=False
            ).digest()
            self.send_header("x-goog-hash", "crc32c=AAAAAA==")
            self.send_header("x-goog-hash", f"md5={base64.b64encode(digest).decode()}")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stays silent."""


@contextmanager
def publisher(root: Path) -> Iterator[Publisher]:
    state = Publisher(root)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"publisher": state}))
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
