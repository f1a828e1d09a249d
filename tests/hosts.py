"""Hosts on the loopback that behave, or misbehave, as they are told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Behaviour = Callable[[socket.socket], None]


class Host:
    """Does the same with every connection, and counts them."""

    def __init__(self, behaviour: Behaviour, family: socket.AddressFamily) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        self.behaviour = behaviour
        self._listener = socket.create_server(("", 0), family=family, dualstack_ipv6=family == socket.AF_INET6)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self.stopping.is_set():
            with suppress(OSError):
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.behaviour(connection)

    def close(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def host(behaviour: Behaviour) -> Iterator[Host]:
    """On all of this machine's addresses, of both families where it has both."""
    running = Host(behaviour, socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET)
    try:
        yield running
    finally:
        running.close()


def answering(body: bytes = b"", status: str = "200 OK", **headers: str) -> Behaviour:
    """Reads the request and answers; `content_length` and others override."""
    given = {"content_length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    answer = "\r\n".join([*lines, "", ""]).encode() + body

    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return behave


def keeping(received: list[tuple[bytes, bytes]]) -> Behaviour:
    """Keeps the head and the body of each request, and is content."""

    def behave(connection: socket.socket) -> None:
        head, _, body = read_request(connection).partition(b"\r\n\r\n")
        length = int(dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])[b"Content-Length"])
        while len(body) < length and (piece := connection.recv(65536)):
            body += piece
        received.append((head, body))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    return behave


def saying(words: bytes) -> Behaviour:
    """These bytes and no others."""

    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(words)

    return behave


def late(seconds: float, behaviour: Behaviour) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        time.sleep(seconds)
        behaviour(connection)

    return behave


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request and (piece := connection.recv(65536)):
        request += piece
    return request


def redirecting(to: Callable[[], str], status: str = "302 Found") -> Behaviour:
    return lambda connection: answering(status=status, location=to())(connection)


def dripping(start: bytes, pause: float = 0.05) -> Behaviour:
    """One byte after the other, for ever."""

    def behave(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(start)
        wait = threading.Event()
        while not wait.wait(pause):
            connection.sendall(b"x")

    return behave
