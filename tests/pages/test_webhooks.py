from __future__ import annotations

import re

import pytest
from django.test import Client

from classifier.models import Delivery, User, Webhook
from classifier.models.webhooks import BATCH, PREDICTION
from tests.factories import make_prediction

pytestmark = pytest.mark.django_db
PAGE = "/accounts/webhooks/"
ADDRESS = "https://example.com/hook"


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_a_webhook_is_made_and_its_secret_shown_once(browser: Client) -> None:
    made = browser.post(PAGE, {"url": ADDRESS, "events": [PREDICTION, BATCH]}).content.decode()
    webhook = Webhook.objects.get()
    assert webhook.secret in made
    assert webhook.events == sorted([PREDICTION, BATCH])
    later = browser.get(PAGE).content.decode()
    assert ADDRESS in later
    assert "whsec_" not in later
    rotated = browser.post(f"{PAGE}{webhook.pk}/rotate/").content.decode()
    assert re.search("whsec_[^<]*", rotated)
    assert browser.post(f"{PAGE}{webhook.pk}/delete/", follow=True).status_code == 200
    assert not Webhook.objects.exists()


def test_what_is_wrong_is_said_and_the_address_kept(browser: Client) -> None:
    answer = browser.post(PAGE, {"url": "ftp://example.com", "events": [PREDICTION]})
    assert answer.status_code == 400
    assert "https://" in answer.content.decode()
    assert 'value="ftp://example.com"' in answer.content.decode()
    assert "at least one" in browser.post(PAGE, {"url": ADDRESS}).content.decode()
    for _ in range(10):
        browser.post(PAGE, {"url": ADDRESS, "events": [PREDICTION]})
    assert "At most 10" in browser.post(PAGE, {"url": ADDRESS, "events": [PREDICTION]}).content.decode()


def test_deliveries_are_shown_and_sent_again(browser: Client, owner: User, stranger: User) -> None:
    browser.post(PAGE, {"url": ADDRESS, "events": [PREDICTION]})
    webhook = Webhook.objects.get()
    assert "Nothing was sent" in browser.get(f"{PAGE}{webhook.pk}/").content.decode()
    Delivery.objects.owe(PREDICTION, [(make_prediction(owner).pk, owner.pk, "succeeded")])
    Delivery.objects.update(status="given_up", attempt=6, last_status=500)
    assert "answered 500" in browser.get(f"{PAGE}{webhook.pk}/").content.decode()
    theirs = Client()
    theirs.force_login(stranger)
    again = f"/accounts/deliveries/{Delivery.objects.get().pk}/again/"
    assert theirs.post(again).status_code == theirs.get(f"{PAGE}{webhook.pk}/").status_code == 404
    assert "Send again" in browser.post(again, follow=True).content.decode()
    assert Delivery.objects.get().status == "waiting"


def test_without_an_account_one_signs_in_first() -> None:
    assert Client().get(PAGE).url.startswith("/accounts/login/")  # type: ignore[attr-defined]
