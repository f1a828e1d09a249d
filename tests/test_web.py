"""The web server's threads, and the places of those that work."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from classifier.models.waiting import Lookout, Places
from doodle_site.web import LastIdleFirst

TIMEOUT = 20


def test_the_thread_that_worked_last_works_next() -> None:
    pool, gate = LastIdleFirst(4), threading.Barrier(3)
    for one in [pool.submit(gate.wait, TIMEOUT) for _ in range(3)]:
        one.result(TIMEOUT)
    worked = []
    for _ in range(10):
        while len(pool._idle) < 3:
            time.sleep(0.001)
        worked.append(pool.submit(threading.get_ident).result(TIMEOUT))
    assert len(set(worked)) == 1


def test_more_than_there_are_threads_wait_their_turn() -> None:
    pool, gate = LastIdleFirst(1), threading.Event()
    first, second = pool.submit(gate.wait, TIMEOUT), pool.submit(lambda: "second")
    assert not second.done()
    gate.set()
    assert first.result(TIMEOUT)
    assert second.result(TIMEOUT) == "second"


def test_what_goes_wrong_reaches_whoever_asked_and_a_closed_pool_takes_nothing() -> None:
    pool = LastIdleFirst(1)
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(TIMEOUT)
    assert pool.submit(lambda: 7).result(TIMEOUT) == 7
    pool.shutdown()
    with pytest.raises(RuntimeError):
        pool.submit(lambda: 7)


@pytest.mark.django_db
def test_whoever_waits_leaves_their_place_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.models.waiting.connection.close", lambda: None)
    places, worked = Places(1), threading.Event()

    def work() -> None:
        places.take()
        worked.set()
        places.leave()

    places.take()
    other = threading.Thread(target=work)
    other.start()
    assert not worked.wait(0.01)
    with places.given_back():
        assert worked.wait(TIMEOUT)
    places.leave()
    other.join(TIMEOUT)


def test_over_the_seats_nobody_is_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(Lookout, "_run", lambda self: None)
    monkeypatch.setattr("classifier.models.waiting.SEATS", 1)
    lookout = Lookout()
    with lookout.watching("predictions", []) as first, lookout.watching("predictions", []) as second:
        seen += [first, second]
    with lookout.watching("predictions", []) as third:
        seen.append(third)
    assert [watch is None for watch in seen] == [False, True, False]
