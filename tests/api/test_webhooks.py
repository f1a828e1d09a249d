from __future__ import annotations

import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.models import Delivery, User, Webhook
from classifier.models.webhooks import EVENTS, PREDICTION
from tests.conftest import signed_in
from tests.factories import make_prediction

pytestmark = pytest.mark.django_db
WEBHOOKS = "/api/v1/webhooks/"
ADDRESS = "https://example.com/hook"


@pytest.fixture
def made(api: APIClient) -> Any:
    answer = api.post(WEBHOOKS, {"url": ADDRESS})
    assert answer.status_code == 201
    return answer.json()


def owe(owner: User, number: int = 1) -> None:
    ids = [make_prediction(owner, status="succeeded").pk for _ in range(number)]
    Delivery.objects.owe(PREDICTION, [(id, owner.pk, "succeeded") for id in ids])


def test_a_secret_is_shown_once(api: APIClient, made: Any) -> None:
    assert made["secret"].startswith("whsec_")
    assert made["events"] == sorted(EVENTS)
    (listed,) = api.get(WEBHOOKS).json()["results"]
    assert listed == api.get(f"{WEBHOOKS}{made['id']}/").json() == {key: made[key] for key in made if key != "secret"}


def test_rotating_shows_another_secret(api: APIClient, made: Any) -> None:
    rotated = api.post(f"{WEBHOOKS}{made['id']}/rotate/").json()
    assert rotated["id"] == made["id"]
    assert rotated["secret"] != made["secret"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "ftp://example.com/"},
        {"url": "https://user@example.com/"},
        {"url": "https://example.com/" + "a" * 2000},
        {"url": ADDRESS, "events": []},
        {"url": ADDRESS, "events": ["everything"]},
    ],
)
def test_what_makes_no_webhook_is_named(api: APIClient, body: Any) -> None:
    answer = api.post(WEBHOOKS, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
    assert not Webhook.objects.exists()


def test_an_account_has_ten_at_most(api: APIClient) -> None:
    assert [api.post(WEBHOOKS, {"url": ADDRESS}).status_code for _ in range(11)] == [201] * 10 + [403]
    assert "10" in api.post(WEBHOOKS, {"url": ADDRESS}).json()["error"]["message"]


def test_a_call_that_is_sent_again_makes_one_and_does_not_show_the_secret_again(api: APIClient) -> None:
    answers = [api.post(WEBHOOKS, {"url": ADDRESS}, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert Webhook.objects.count() == 1


def test_deliveries_are_listed_and_sent_again(api: APIClient, owner: User, made: Any) -> None:
    owe(owner)
    Delivery.objects.update(status="given_up", attempt=6, last_status=500)
    (listed,) = api.get(f"{WEBHOOKS}{made['id']}/deliveries/").json()["results"]
    assert (listed["status"], listed["attempts"], listed["last_status"]) == ("given_up", 6, 500)
    assert listed["payload"]["type"] == PREDICTION
    again = api.post(f"/api/v1/deliveries/{listed['id']}/redeliver/")
    assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (202, "waiting", 0)


def test_many_deliveries_cost_as_few_queries_as_one(
    api: APIClient, owner: User, made: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    owe(owner, 20)
    with django_assert_max_num_queries(2):
        assert len(api.get(f"{WEBHOOKS}{made['id']}/deliveries/").json()["results"]) == 20


def test_deleting_forgets_the_deliveries(api: APIClient, owner: User, made: Any) -> None:
    owe(owner)
    assert api.delete(f"{WEBHOOKS}{made['id']}/").status_code == 204
    assert not Delivery.objects.exists()


def test_a_stranger_finds_nothing(api: APIClient, owner: User, stranger: User, made: Any) -> None:
    owe(owner)
    theirs, id, delivery = signed_in(stranger), made["id"], Delivery.objects.get().pk
    assert theirs.get(WEBHOOKS).json()["results"] == []
    calls = [
        theirs.get(f"{WEBHOOKS}{id}/"),
        theirs.delete(f"{WEBHOOKS}{id}/"),
        theirs.post(f"{WEBHOOKS}{id}/rotate/"),
        theirs.get(f"{WEBHOOKS}{id}/deliveries/"),
        theirs.post(f"/api/v1/deliveries/{delivery}/redeliver/"),
        api.post(f"/api/v1/deliveries/{uuid.uuid4()}/redeliver/"),
    ]
    assert {(call.status_code, call.json()["error"]["code"]) for call in calls} == {(404, "not_found")}
