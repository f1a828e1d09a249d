"""Waiting on the result page: the place in the queue, Cancel, Try again."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from classifier.actions.claim_predictions import claim_predictions
from classifier.models import Prediction, User
from tests.factories import make_image, make_prediction, make_predictions, make_worker

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _nobody_waits_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.pages.result.FIRST_LOOK_S", 0)


def shown(client: Client, prediction: Prediction) -> str:
    """The part of the result page that changes, without its layout."""
    page = client.get(reverse("pages:answer", args=[prediction.image_id])).content.decode()
    return re.sub(r"\s+", " ", page)


def cancel(client: Client, prediction: Prediction, **more: object) -> str:
    """Where it leads."""
    answer = client.post(reverse("pages:cancel", args=[prediction.pk]), **more)  # type: ignore[arg-type]
    return str(answer.get("Location"))


def test_the_page_says_how_many_are_before(member: Client, owner: User) -> None:
    make_worker()
    first = make_prediction(owner)
    second, third = Prediction.objects.queue(
        owner, [(make_image(owner), first.classifier), (make_image(owner), first.classifier)]
    )
    assert "It is next." in shown(member, first)
    assert "2 pictures are before it." in shown(member, third)
    claim_predictions(worker="tester", limit=1)
    assert "1 picture is before it." in shown(member, third)
    claim_predictions(worker="tester", limit=9)
    assert "before it" not in shown(member, third) + shown(member, second)


def test_a_queued_picture_is_cancelled_with_and_without_javascript(member: Client, owner: User) -> None:
    plain, htmx = make_predictions(2, owner)
    assert cancel(member, plain) == reverse("pages:result", args=[plain.image_id])
    assert cancel(member, htmx, headers=HTMX) == reverse("pages:answer", args=[htmx.image_id])
    for row in (plain, htmx):
        row.refresh_from_db()
        assert (row.status, row.error_code) == ("failed", "cancelled")
        assert "Cancelled" in shown(member, row)
        assert "data-poll" not in shown(member, row)


def test_cancel_is_offered_while_nobody_looks_at_it(member: Client, owner: User) -> None:
    row = make_prediction(owner)
    path = reverse("pages:cancel", args=[row.pk])
    assert path in shown(member, row)
    claim_predictions(worker="tester", limit=1)
    assert path not in shown(member, row)
    assert cancel(member, row) == reverse("pages:result", args=[row.image_id])
    assert shown(member, row).count("Looking at it") == 1


def test_what_failed_is_tried_again(member: Client, owner: User) -> None:
    failed = make_prediction(owner, status="failed", error_code="no_model", error_message="No network.")
    path = reverse("pages:retry", args=[failed.pk])
    assert path in shown(member, failed)
    assert member.post(path)["Location"] == reverse("pages:result", args=[failed.image_id])
    assert Prediction.objects.filter(image=failed.image, status="queued").count() == 1
    assert "Waiting for a worker" in shown(member, failed)
    assert member.post(path).status_code == 302


def test_a_picture_that_cannot_be_read_is_not_offered_again(member: Client, owner: User) -> None:
    failed = make_prediction(owner, status="failed", error_code="bad_image", error_message="It cannot be read.")
    assert reverse("pages:retry", args=[failed.pk]) not in shown(member, failed)


def test_too_many_tries_are_told(member: Client, owner: User, settings: Settings) -> None:
    settings.DOODLE_RATE = 0
    failed = make_prediction(owner, status="failed")
    page = member.post(reverse("pages:retry", args=[failed.pk]), follow=True).content.decode()
    assert "pictures a second" in page
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_strangers_job_is_not_there(member: Client, verb: str) -> None:
    for row in (make_prediction(), make_prediction(status="failed")):
        path = reverse(f"pages:{verb}", args=[row.pk])
        assert member.post(path).status_code == 404
        assert member.get(path).status_code == 405
