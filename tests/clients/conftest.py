from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from doodle_client import Client
from tests.clients.calling import Call, async_call, sync_call
from tests.factories import PASSWORD
from tests.running import Site


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A person's folders, with nothing in them, and an environment that names no site."""
    for name in ("DOODLE_URL", "DOODLE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture(params=[sync_call, async_call], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Call:
    """Makes one call with a client of its own; lists come as lists."""
    found: Call = request.param
    return found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("site"), {"DOODLE_RATE": "1000"})
    try:
        running.start()
        yield running
    finally:
        running.stop()


def new_account(site: Site) -> str:
    """A username; its password is PASSWORD."""
    name = f"person-{uuid.uuid4().hex[:8]}"
    with Client(site.url) as client:
        client.sign_up(name, f"{name}@example.com", PASSWORD)
    return name


def new_token(site: Site) -> str:
    with Client(site.url, password=(new_account(site), PASSWORD)) as client:
        return client.create_token("test").token
