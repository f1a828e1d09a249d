"""What the tests of pictures at addresses share."""

from __future__ import annotations

import socket
from itertools import cycle

import pytest

from classifier.sources.submission import BadSubmission
from classifier.sources.url.client import REFUSED, Rules, fetch
from tests.hosts import Host

PUBLIC = "93.184.215.14"


def allowing(*hosts: Host, seconds: float = 5.0) -> Rules:
    return Rules(allowed=frozenset(host.place for host in hosts), seconds=seconds)


class Elsewhere:
    """A world where every number leads to one host of ours; it remembers which number was called."""

    def __init__(self, *numbers: str, port: int) -> None:
        self.called: list[str] = []
        self.asked: list[str] = []
        self._numbers = cycle(numbers)
        self._port = port

    def resolve(self, name: str, port: int) -> list[str]:
        self.asked.append(name)
        return [next(self._numbers)]

    def dial(self, ip: str, port: int, seconds: float) -> socket.socket:
        self.called.append(ip)
        return socket.create_connection(("127.0.0.1", self._port), seconds)

    @property
    def rules(self) -> Rules:
        return Rules(resolve=self.resolve, dial=self.dial, seconds=5)


def refused(address: str, rules: Rules) -> None:
    with pytest.raises(BadSubmission) as caught:
        fetch(address, rules)
    assert (caught.value.code, str(caught.value)) == ("url_refused", REFUSED)
