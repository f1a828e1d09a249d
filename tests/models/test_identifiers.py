"""Ids that sort by the time they were made."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from classifier.models.identifiers import uuid7


def test_ids_sort_as_they_were_made() -> None:
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(made)
    assert {(id.version, id.variant) for id in made} == {(7, "specified in RFC 4122")}


def test_threads_never_get_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: uuid7(), range(5000)))
    assert len({id.int >> 64 for id in made}) == len(made)


def test_an_id_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= uuid7().int >> 80 <= time.time_ns() // 1_000_000 + 1
