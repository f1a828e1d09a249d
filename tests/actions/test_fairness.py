"""One person's flood does not hold up another's single picture."""

from __future__ import annotations

import hashlib
import uuid
from itertools import count

import pytest

from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.models import Classifier, Image, Person, Prediction, Visitor, Worker
from classifier.models.images import owner_fields
from tests.factories import HOUSE, make_user

pytestmark = pytest.mark.django_db
FLOOD = 5000
BATCH = 64
_numbers = count()


@pytest.fixture(autouse=True)
def _worker(doodle: Classifier) -> None:
    Worker.objects.beat("tester")


def ask(person: Person, number: int = 1) -> list[Prediction]:
    """So many pictures of this person, each asked about once."""
    look = {"width": 256, "height": 256, "content_type": "image/png", "strokes": HOUSE, "source": "canvas"}
    new = [
        Image(**owner_fields(person), **look, sha256=hashlib.sha256(b"%d" % next(_numbers)).hexdigest()) for _ in range(number)
    ]
    classifier = Classifier.objects.get()
    return Prediction.objects.queue(person, [(image, classifier) for image in Image.objects.bulk_create(new)])


def visitor(address: str = "192.0.2.1") -> Visitor:
    """Somebody who keeps no cookie: another one with every picture."""
    return Visitor(uuid.uuid4(), address)


def serve(limit: int = BATCH) -> list[Prediction]:
    """What a worker does with one batch: it claims and records."""
    claimed = claim_predictions(worker="tester", limit=limit)
    record_predictions(outcomes=[Outcome(prediction=row, error=("bad_image", "It cannot be read.")) for row in claimed])
    return claimed


def drain(limit: int = BATCH) -> list[list[Prediction]]:
    return list(iter(lambda: serve(limit), []))


def test_a_flood_of_5000_does_not_hold_up_a_single_picture() -> None:
    flood = ask(make_user(), FLOOD)
    before = serve()
    (single,) = ask(make_user())
    batches = drain()
    assert single in batches[0]
    answered = [row.pk for batch in [before, *batches] for row in batch]
    assert len(answered) == len(set(answered)) == len(flood) + 1


def test_each_gets_one_a_round_and_the_own_order_stays() -> None:
    many, few, one = ask(make_user(), 4), ask(make_user(), 2), ask(make_user())
    rounds = [{many[0], few[0], one[0]}, {many[1], few[1]}, {many[2]}, {many[3]}]
    assert [set(serve(len(expected))) for expected in rounds] == rounds


def test_those_who_come_again_and_again_do_not_hold_up_a_flood() -> None:
    flood, others = ask(make_user(), 3), [make_user() for _ in range(4)]
    for other in others:
        ask(other)
    served: list[Prediction] = []
    for _ in range(6):
        batch = serve(3)
        served += batch
        for row in batch:
            if row not in flood:
                ask(row.asked_by or visitor())
    assert set(flood) <= set(served)


def test_who_keeps_no_cookie_stands_in_one_line_by_address() -> None:
    for _ in range(20):
        ask(visitor())
    (other,) = ask(visitor("198.51.100.7"))
    (account,) = ask(make_user())
    assert {other, account} <= set(serve(3))


def test_visitors_of_unknown_address_stand_in_lines_of_their_own() -> None:
    ask(visitor(""), 20)
    (other,) = ask(visitor(""))
    assert other in serve(2)


def test_the_line_forgets_who_was_served() -> None:
    ask(visitor())
    (row,) = serve()
    row.refresh_from_db()
    assert (row.turn, row.line) == (None, None)


def test_what_was_claimed_keeps_its_turn_when_its_worker_dies() -> None:
    ask(make_user(), 2)
    claim_predictions(worker="dead", limit=1)
    row = Prediction.objects.get(status="running")
    assert row.turn == 0


def test_asking_costs_the_same_for_one_and_for_many() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    person = make_user()
    with CaptureQueriesContext(connection) as one:
        ask(person)
    with CaptureQueriesContext(connection) as many:
        ask(person, 20)
    assert len(one) == len(many)
