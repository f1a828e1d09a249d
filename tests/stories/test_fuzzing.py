"""Schemathesis for a minute, where uv has it: `python -m benchmarks.fuzz_api` fetches it, and takes its time."""

from __future__ import annotations

import pytest

from benchmarks.fuzz_api import at_hand, fuzz
from tests import servers

SECONDS = 60


@pytest.mark.postgresql
def test_nothing_that_the_description_allows_or_forbids_breaks_a_call() -> None:
    if not at_hand():
        servers.missing("schemathesis")
    assert fuzz("postgresql", examples=3, seconds=SECONDS)
