"""The queue: the row is the job."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.models import Guess, Prediction, Status
from tests.factories import make_prediction, make_predictions, make_version

pytestmark = pytest.mark.django_db
CAT = Guess("cat", 0.9)


def claim(limit: int = 64) -> list[Prediction]:
    return claim_predictions(worker="tester", limit=limit)


def let_leases_run_out() -> None:
    Prediction.objects.filter(status=Status.RUNNING).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_the_oldest_are_claimed_first_and_only_once() -> None:
    rows = [make_prediction() for _ in range(3)]
    oldest = sorted(rows, key=lambda row: row.id)[:2]
    claimed = claim(2)
    assert [row.pk for row in claimed] == [row.pk for row in oldest]
    assert {(row.status, row.attempt, row.worker) for row in claimed} == {("running", 1, "tester")}
    assert len(claim()) == 1
    assert claim() == []


def test_a_claim_costs_the_same_for_one_and_for_many(django_assert_num_queries: object) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_prediction()
    with CaptureQueriesContext(connection) as one:
        claim()
    make_predictions(20)
    with CaptureQueriesContext(connection) as many:
        claim()
    assert len(one) == len(many)


def test_what_a_worker_did_not_come_back_from_is_claimed_alone() -> None:
    make_predictions(2)
    claim()
    let_leases_run_out()
    make_predictions(2)
    assert [row.attempt for row in claim()] == [2]
    assert [row.attempt for row in claim()] == [2]
    assert [row.attempt for row in claim()] == [1, 1]


def test_a_picture_that_kills_three_workers_is_given_up() -> None:
    poison = make_prediction()
    for _ in range(3):
        assert len(claim()) == 1
        let_leases_run_out()
    assert claim() == []
    poison.refresh_from_db()
    assert (poison.status, poison.error_code) == ("failed", "crashed")
    assert poison.finished_at is not None


def test_an_answer_is_written_down_with_its_version() -> None:
    version = make_version()
    make_prediction()
    (claimed,) = claim()
    record_predictions(outcomes=[Outcome(prediction=claimed, model_version=version, guesses=[CAT, Guess("dog", 0.1)])])
    claimed.refresh_from_db()
    assert (claimed.status, claimed.label, claimed.probability) == ("succeeded", "cat", 0.9)
    assert claimed.model_version == version
    assert claimed.ranked == [CAT, Guess("dog", 0.1)]
    assert claimed.finished_at is not None
    assert claimed.lease_until is None


def test_a_worker_that_lost_its_lease_changes_nothing() -> None:
    version = make_version()
    make_prediction()
    (late,) = claim()
    let_leases_run_out()
    (current,) = claim()
    overtaken = record_predictions(outcomes=[Outcome(prediction=late, model_version=version, guesses=[Guess("dog", 0.8)])])
    assert overtaken == [late]
    assert record_predictions(outcomes=[Outcome(prediction=current, model_version=version, guesses=[CAT])]) == []
    assert Prediction.objects.get().label == "cat"


def test_a_failure_keeps_its_reason() -> None:
    make_prediction()
    (claimed,) = claim()
    record_predictions(outcomes=[Outcome(prediction=claimed, error=("bad_image", "It cannot be read."))])
    claimed.refresh_from_db()
    assert (claimed.status, claimed.error_code, claimed.error_message) == ("failed", "bad_image", "It cannot be read.")
