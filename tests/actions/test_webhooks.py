from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from classifier.actions.cancel_prediction import cancel_prediction
from classifier.actions.cancel_training import cancel_training
from classifier.actions.claim_delivery import claim_delivery
from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.create_webhook import create_webhook
from classifier.actions.fail_training import fail_training
from classifier.actions.record_delivery import record_delivery
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.actions.redeliver import redeliver
from classifier.actions.rotate_webhook import rotate_webhook
from classifier.models import Delivery, DeliveryStatus, TrainingRun, User, Webhook
from classifier.models.webhooks import BATCH, PREDICTION, TRAINING_RUN, WAITS
from classifier.tasks.delivering import deliver_waiting, send
from tests.factories import make_batch, make_classifier, make_prediction, make_predictions
from tests.hosts import answering, host, keeping, redirecting

pytestmark = pytest.mark.django_db
ADDRESS = "https://example.com/hook"
REFUSED = ("bad_image", "It cannot be read.")


@pytest.fixture
def webhook(owner: User) -> Webhook:
    return create_webhook(by=owner, url=ADDRESS)


def settle_all() -> None:
    claimed = claim_predictions(worker="tester", limit=64)
    record_predictions(outcomes=[Outcome(prediction=row, error=REFUSED) for row in claimed])


def delivery_to(url: str, owner: User) -> Delivery:
    create_webhook(by=owner, url=url)
    make_prediction(owner)
    settle_all()
    claimed = claim_delivery()
    assert claimed
    return claimed


def test_what_is_settled_is_owed_once_to_its_owner_alone(webhook: Webhook, owner: User, stranger: User) -> None:
    mine, _ = make_prediction(owner), make_prediction(stranger)
    settle_all()
    owed = Delivery.objects.get()
    assert (owed.webhook, owed.event, owed.subject) == (webhook, PREDICTION, mine.pk)
    assert owed.payload["data"] == {"id": str(mine.pk), "status": "failed", "url": f"/api/v1/predictions/{mine.pk}/"}
    settle_all()
    assert Delivery.objects.count() == 1


def test_what_is_taken_back_is_settled_too(webhook: Webhook, owner: User) -> None:
    cancel_prediction(by=owner, prediction=make_prediction(owner))
    assert Delivery.objects.get().payload["data"]["status"] == "failed"


def test_only_what_it_asked_for_is_owed(owner: User) -> None:
    create_webhook(by=owner, url=ADDRESS, events=[BATCH])
    make_batch(owner, make_predictions(2, owner))
    settle_all()
    assert Delivery.objects.get().event == BATCH


def test_a_batch_is_settled_with_its_last_file(webhook: Webhook, owner: User) -> None:
    batch = make_batch(owner, make_predictions(3, owner))
    first, *others = claim_predictions(worker="tester", limit=64)
    record_predictions(outcomes=[Outcome(prediction=first, error=REFUSED)])
    assert not Delivery.objects.filter(event=BATCH).exists()
    record_predictions(outcomes=[Outcome(prediction=row, error=REFUSED) for row in others])
    assert Delivery.objects.get(event=BATCH).subject == batch.pk


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_a_training_run_tells_whoever_asked_for_it(webhook: Webhook, owner: User, end: str) -> None:
    classifier = make_classifier("mine")
    classifier.made_by = owner
    classifier.save()
    run = TrainingRun.objects.create(classifier=classifier, recipe="people", requested_by=owner, status="running")
    if end == "failed":
        assert fail_training(run=run, reason="There is no room left.")
    else:
        cancel_training(by=owner, run=run)
    owed = Delivery.objects.get()
    assert (owed.event, owed.payload["data"]["status"]) == (TRAINING_RUN, end)


@pytest.mark.parametrize("listening", [False, True])
def test_owing_costs_one_look_where_nobody_listens(
    owner: User, django_assert_max_num_queries: DjangoAssertNumQueries, listening: bool
) -> None:
    if listening:
        create_webhook(by=owner, url=ADDRESS)
    make_predictions(20, owner)
    outcomes = [Outcome(prediction=row, error=REFUSED) for row in claim_predictions(worker="tester", limit=64)]
    with django_assert_max_num_queries(20 + 4 + (6 if listening else 0)):
        record_predictions(outcomes=outcomes)
    assert Delivery.objects.count() == 20 * listening


def test_a_delivery_is_signed_so_that_the_receiver_can_tell(owner: User, settings: Settings) -> None:
    received: list[tuple[bytes, bytes]] = []
    with host(keeping(received)) as receiver:
        settings.DOODLE_FETCH_ALLOW = frozenset({receiver.place})
        delivery = delivery_to(receiver.url("/hook?a=1"), owner)
        old = delivery.webhook.secret
        new = rotate_webhook(by=owner, webhook=delivery.webhook).secret
        delivery.webhook.refresh_from_db()
        assert send(delivery) == 204
    ((head, body),) = received
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first == "POST /hook?a=1 HTTP/1.1"
    assert json.loads(body)["type"] == PREDICTION
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in (new, old)]
    expected = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys]
    assert headers["webhook-signature"] == " ".join(f"v1,{signature}" for signature in expected)


def test_a_day_after_a_rotation_the_old_secret_is_forgotten(webhook: Webhook, owner: User) -> None:
    rotated = rotate_webhook(by=owner, webhook=webhook)
    now = timezone.now()
    assert len(rotated.signatures(webhook.pk, now, b"").split()) == 2
    assert len(rotated.signatures(webhook.pk, now + timedelta(hours=25), b"").split()) == 1


def test_redirects_are_not_followed_and_private_places_not_called(owner: User, settings: Settings) -> None:
    with host(answering()) as inner, host(redirecting(inner.url)) as outer:
        settings.DOODLE_FETCH_ALLOW = frozenset({outer.place, inner.place})
        assert send(delivery_to(outer.url(), owner)) == 302
        settings.DOODLE_FETCH_ALLOW = frozenset()
        Delivery.objects.all().delete()
        Webhook.objects.all().delete()
        assert send(delivery_to(inner.url(), owner)) is None
        assert inner.connections == 0


def test_failures_are_tried_again_later_and_later_and_then_given_up(owner: User) -> None:
    delivery = delivery_to(ADDRESS, owner)
    for attempt, wait in enumerate(WAITS, start=1):
        assert delivery.attempt == attempt
        record_delivery(delivery=delivery, status=500)
        delivery.refresh_from_db()
        assert wait - timedelta(seconds=30) < delivery.next_at - timezone.now() <= wait
        assert claim_delivery() is None
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        delivery = claim_delivery() or pytest.fail("It is due")
    record_delivery(delivery=delivery, status=None)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_status) == (DeliveryStatus.GIVEN_UP, None)
    again = redeliver(by=owner, delivery=delivery)
    assert (again.status, again.attempt) == (DeliveryStatus.WAITING, 0)
    assert claim_delivery()


def test_410_stops_a_webhook_until_its_secret_is_rotated(owner: User) -> None:
    delivery = delivery_to(ADDRESS, owner)
    record_delivery(delivery=delivery, status=410)
    stopped = Webhook.objects.get()
    assert "410" in stopped.disabled_because
    make_prediction(owner)
    settle_all()
    assert Delivery.objects.count() == 1
    assert rotate_webhook(by=owner, webhook=stopped).disabled_because == ""


def test_one_at_a_time_for_each_address_and_none_twice(owner: User, stranger: User) -> None:
    for person in (owner, stranger):
        create_webhook(by=person, url=ADDRESS)
        make_predictions(2, person)
    settle_all()
    first, second = claim_delivery(), claim_delivery()
    assert first
    assert second
    assert {first.webhook.owner, second.webhook.owner} == {owner, stranger}
    assert claim_delivery() is None


def test_whoever_lost_the_lease_writes_nothing(owner: User) -> None:
    lost = delivery_to(ADDRESS, owner)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    held: Any = claim_delivery()
    assert held.attempt == 2
    assert not record_delivery(delivery=lost, status=200)
    assert record_delivery(delivery=held, status=200)
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_whatever_waits_is_delivered(owner: User, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.tasks.delivering.call_for_help", lambda: None)
    with host(answering()) as receiver:
        settings.DOODLE_FETCH_ALLOW = frozenset({receiver.place})
        create_webhook(by=owner, url=receiver.url())
        make_predictions(3, owner)
        settle_all()
        deliver_waiting()
    assert list(Delivery.objects.values_list("status", "last_status")) == [(DeliveryStatus.DELIVERED, 200)] * 3


def test_old_deliveries_are_forgotten(owner: User) -> None:
    record_delivery(delivery=delivery_to(ADDRESS, owner), status=200)
    Delivery.objects.forget_old()
    assert Delivery.objects.count() == 1
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    Delivery.objects.forget_old()
    assert not Delivery.objects.exists()
