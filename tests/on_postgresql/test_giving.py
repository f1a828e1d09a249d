from __future__ import annotations

import threading

import pytest
from django.db import connection

from classifier.actions.give_sample import give_next
from classifier.models import Sample, User
from tests.factories import make_reviewer, make_sample

pytestmark = pytest.mark.django_db(transaction=True)


def test_reviewers_who_ask_at_once_are_given_different_samples(db: None) -> None:
    queued = {make_sample("cat", "dog").pk for _ in range(6)}
    reviewers = [make_reviewer() for _ in range(6)]
    together, given = threading.Barrier(6), []

    def ask(reviewer: User) -> None:
        try:
            together.wait(30)
            sample = give_next(by=reviewer, among=Sample.objects.awaiting_review().in_queue_order())
            given.append(sample.pk if sample else None)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[reviewer]) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(given) == 6
    assert set(given) == queued
