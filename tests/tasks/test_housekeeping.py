"""How a worker leaves."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from classifier.tasks import housekeeping
from tests.factories import make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    housekeeping._leaving.clear()


def test_a_worker_that_leaves_stops_its_threads_and_does_not_look_for_garbage_first() -> None:
    make_worker()
    housekeeping.leave()
    assert housekeeping._leaving.is_set()
    assert gc.get_freeze_count() > 0
