"""The embedded broker: a folder of messages."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from doodle_site.broker import Transport


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Connection]:
    for name in ("messages", "control"):
        (tmp_path / name).mkdir()
    folders = {"data_folder_in": "messages", "data_folder_out": "messages", "control_folder": "control"}
    options = {option: str(tmp_path / name) for option, name in folders.items()}
    with Connection("filesystem://localhost", transport=Transport, transport_options=options) as connection:
        yield connection


def test_a_message_is_whole_as_soon_as_it_can_be_seen(broker: Connection, tmp_path: Path) -> None:
    done, seen, broken = threading.Event(), [0], []

    def look() -> None:
        while not done.is_set():
            for message in (tmp_path / "messages").glob("*.msg"):
                seen[0] += 1
                try:
                    json.loads(message.read_bytes())
                except ValueError:
                    broken.append(message.name)

    looking = threading.Thread(target=look)
    looking.start()
    queue = broker.SimpleQueue("hints")
    while seen[0] < 100:
        queue.put("x" * 300_000)
    done.set()
    looking.join()
    assert broken == []
