"""Schemathesis for a minute, where `make fuzz-env` has set it up: `python -m benchmarks.fuzz_api` takes its time."""

from __future__ import annotations

import pytest

from benchmarks.fuzz_api import SCHEMATHESIS, fuzz
from tests import servers

SECONDS = 60


@pytest.mark.postgresql
def test_nothing_that_the_description_allows_or_forbids_breaks_a_call() -> None:
    if not SCHEMATHESIS.exists():
        servers.missing("schemathesis")
    assert fuzz("postgresql", examples=3, seconds=SECONDS)
