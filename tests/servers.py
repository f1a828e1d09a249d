"""Throw-away PostgreSQL and Redis servers, where their binaries are found or their addresses are given."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

REQUIRED = set(filter(None, os.environ.get("DOODLE_REQUIRE", "").split(",")))


def missing(what: str) -> None:
    """Skip, or fail where the run was told that this must be there."""
    if what in REQUIRED:
        pytest.fail(f"DOODLE_REQUIRE names {what}, but it was not found.")
    pytest.skip(f"{what} was not found")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a server that may be used freely."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    binaries = _postgresql_binaries()
    folder = Path(tempfile.mkdtemp(prefix="doodle-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else None  # initdb refuses to run as root
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    _run([binaries / "initdb", "-D", data, "-U", "doodle", "-A", "trust", "-E", "UTF8", "--no-sync"], user)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    _run([binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"], user)
    try:
        yield f"postgres://doodle@127.0.0.1:{port}/postgres"
    finally:
        _run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], user)
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    if not found and not on_path:
        missing("postgresql")
    return found[0].parent if found else Path(str(on_path)).parent


def _run(command: list[str | Path], user: str | None) -> None:
    subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a server that may be used freely."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    binary = shutil.which("redis-server")
    if binary is None:
        missing("redis")
    port = free_port()
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _await_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"Nothing listens on port {port}.")
