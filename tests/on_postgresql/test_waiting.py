from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.record_explanation import record_explanation
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.models import Explanation, Guess, Prediction, waiting
from tests.factories import make_explanation, make_prediction, make_predictions, make_version

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_notices_wake(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(waiting, "LOOK_ANYWAY_S", 60)
    monkeypatch.setattr(waiting, "LINGER_S", 0)
    yield
    if thread := waiting.lookout._thread:  # its connection would keep the database from being removed
        thread.join(10)


def answer_all() -> None:
    version = make_version()
    claimed = claim_predictions(worker="tester", limit=64)
    record_predictions(outcomes=[Outcome(prediction=row, model_version=version, guesses=[Guess("cat", 0.9)]) for row in claimed])


def waiter(*rows: Prediction | Explanation, kind: str = waiting.PREDICTIONS) -> threading.Thread:
    def run() -> None:
        try:
            waiting.wait_until_settled([row.pk for row in rows], 60, kind)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_waiter_is_woken_by_the_answer() -> None:
    thread = waiter(make_prediction())
    time.sleep(0.5)  # it listens by now
    answer_all()
    thread.join(20)
    assert not thread.is_alive()


def test_who_waits_for_reasons_is_woken_by_them() -> None:
    explanation = make_explanation(status="running", attempt=1, finished_at=None)
    thread = waiter(explanation, kind=waiting.EXPLANATIONS)
    time.sleep(0.5)
    assert record_explanation(explanation=explanation, result="It cannot be read.")
    thread.join(20)
    assert not thread.is_alive()


def test_others_answers_do_not_end_the_waiting() -> None:
    first, second = make_predictions(2)
    thread = waiter(first, second)
    time.sleep(0.5)
    claimed = claim_predictions(worker="tester", limit=1)
    record_predictions(outcomes=[Outcome(prediction=claimed[0], error=("bad_image", "It cannot be read."))])
    thread.join(1)
    assert thread.is_alive()
    answer_all()
    thread.join(20)
    assert not thread.is_alive()


def test_two_workers_never_claim_the_same() -> None:
    rows = make_predictions(8)
    theirs: list[Prediction] = []

    def claim_meanwhile() -> None:
        theirs.extend(claim_predictions(worker="two", limit=8))
        connection.close()

    with transaction.atomic():
        mine = claim_predictions(worker="one", limit=5)
        other = threading.Thread(target=claim_meanwhile)
        other.start()
        other.join(20)
    assert {row.pk for row in mine} | {row.pk for row in theirs} == {row.pk for row in rows}
    assert len(mine) + len(theirs) == len(rows)
