"""What holds on SQLite holds on PostgreSQL: the same tests once more."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import servers
from tests.running import ROOT

ROOMS = ("actions", "api", "pages", "structure", "on_postgresql")


@pytest.mark.postgresql
def test_actions_api_and_pages_on_postgresql() -> None:
    with servers.postgresql() as url:
        command = [sys.executable, "-m", "pytest", "-q", *(f"tests/{room}" for room in ROOMS)]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, timeout=600
        )
    assert done.returncode == 0, done.stdout[-8000:]
