"""A prediction as a job: its place in the queue, cancelling it, asking once more."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from classifier.actions.claim_fetch import claim_fetch
from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.record_fetch import record_fetch
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.models import Classifier, Guess, Prediction, User
from classifier.sources.submission import BadSubmission, Submission
from tests.conftest import signed_in
from tests.factories import HOUSE, make_image, make_prediction, make_version, make_worker, picture

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"
ADDRESS = {"image_url": "https://example.com/cat.png"}
REFUSED = BadSubmission("url_refused", "Nobody answers there.")


@pytest.fixture(autouse=True)
def _site(doodle: Classifier) -> None:
    make_worker()


def place(client: APIClient, prediction: Prediction) -> int | None:
    found: int | None = client.get(f"{PREDICTIONS}{prediction.pk}/").json()["queue_position"]
    return found


def claim(limit: int = 64) -> list[Prediction]:
    return claim_predictions(worker="tester", limit=limit)


def fail_next_fetch() -> None:
    fetch = claim_fetch()
    assert fetch
    record_fetch(fetch=fetch, result=REFUSED)


def test_the_place_in_the_queue_counts_those_before(api: APIClient, owner: User) -> None:
    rows = [Prediction.objects.get(pk=api.post(PREDICTIONS, {"strokes": HOUSE}).json()["id"]) for _ in range(3)]
    assert [place(api, row) for row in rows] == [0, 1, 2]
    claim(1)
    assert [place(api, row) for row in rows] == [None, 0, 1]
    assert "queue_position" not in api.get(PREDICTIONS).json()["results"][0]


def test_others_floods_stand_behind(api: APIClient, stranger: User) -> None:
    theirs = signed_in(stranger)
    for _ in range(5):
        theirs.post(PREDICTIONS, {"strokes": HOUSE})
    assert api.post(PREDICTIONS, {"strokes": HOUSE}).json()["queue_position"] == 1


def test_what_is_still_at_its_address_has_no_place(api: APIClient) -> None:
    assert api.post(PREDICTIONS, ADDRESS).json()["queue_position"] is None


def test_what_has_come_from_its_address_stands_at_the_end(api: APIClient) -> None:
    first = api.post(PREDICTIONS, ADDRESS).json()["id"]
    later = Prediction.objects.get(pk=api.post(PREDICTIONS, {"strokes": HOUSE}).json()["id"])
    fetch = claim_fetch()
    assert fetch
    record_fetch(fetch=fetch, result=Submission.of_picture(picture(), "url"))
    assert (place(api, later), place(api, Prediction.objects.get(pk=first))) == (0, 1)


def test_a_queued_prediction_is_cancelled(api: APIClient, owner: User) -> None:
    row = make_prediction(owner)
    answer = api.post(f"{PREDICTIONS}{row.pk}/cancel/")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["error"]["code"], body["queue_position"]) == ("failed", "cancelled", None)
    assert body["finished_at"]
    assert claim() == []


@pytest.mark.parametrize("status", ["running", "succeeded", "failed"])
def test_what_does_not_wait_any_more_cannot_be_cancelled(api: APIClient, owner: User, status: str) -> None:
    row = make_prediction(owner, status=status, lease_until=timezone.now() + timedelta(seconds=9))
    answer = api.post(f"{PREDICTIONS}{row.pk}/cancel/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_queued")
    row.refresh_from_db()
    assert row.status == status


def test_a_cancelled_address_is_not_fetched(api: APIClient) -> None:
    asked = api.post(PREDICTIONS, ADDRESS).json()["id"]
    assert api.post(f"{PREDICTIONS}{asked}/cancel/").status_code == 200
    assert claim_fetch() is None


def test_what_arrives_after_cancelling_changes_nothing(api: APIClient) -> None:
    asked = api.post(PREDICTIONS, ADDRESS).json()["id"]
    fetch = claim_fetch()
    assert fetch
    api.post(f"{PREDICTIONS}{asked}/cancel/")
    assert not record_fetch(fetch=fetch, result=Submission.of_picture(picture(), "url"))
    assert Prediction.objects.get(pk=asked).error_code == "cancelled"
    assert claim() == []


def test_a_failed_prediction_is_asked_once_more(api: APIClient, owner: User) -> None:
    failed = make_prediction(owner, status="failed", error_code="crashed", error_message="It crashed.")
    answer = api.post(f"{PREDICTIONS}{failed.pk}/retry/")
    assert (answer.status_code, answer["Retry-After"]) == (202, "1")
    body = answer.json()
    assert answer["Location"] == f"{PREDICTIONS}{body['id']}/"
    assert (body["status"], body["queue_position"], body["image"]["id"]) == ("queued", 0, str(failed.image_id))
    assert [str(row.pk) for row in claim()] == [body["id"]]
    failed.refresh_from_db()
    assert failed.error_code == "crashed"


def test_a_retry_waits_for_the_answer_where_asked_to(api: APIClient, owner: User) -> None:
    failed = make_prediction(owner, status="failed")
    answer = api.post(f"{PREDICTIONS}{failed.pk}/retry/?wait=x")
    assert answer.status_code == 400
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("status", ["queued", "running", "succeeded"])
def test_only_what_failed_is_retried(api: APIClient, owner: User, status: str) -> None:
    row = make_prediction(owner, status=status)
    answer = api.post(f"{PREDICTIONS}{row.pk}/retry/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_failed")
    assert Prediction.objects.count() == 1


def test_an_address_that_failed_is_fetched_anew(api: APIClient) -> None:
    asked = api.post(PREDICTIONS, ADDRESS).json()["id"]
    fail_next_fetch()
    again = api.post(f"{PREDICTIONS}{asked}/retry/").json()
    fetch = claim_fetch()
    assert fetch
    assert (str(fetch.pk), fetch.url) == (again["id"], ADDRESS["image_url"])
    record_fetch(fetch=fetch, result=Submission.of_picture(picture(), "url"))
    assert [str(row.pk) for row in claim()] == [again["id"]]


def test_a_retried_address_may_lead_to_a_known_picture(api: APIClient, owner: User) -> None:
    known = make_image(owner, sha256=Submission.of_picture(picture(), "url").sha256)
    asked = api.post(PREDICTIONS, ADDRESS).json()
    fail_next_fetch()
    api.post(f"{PREDICTIONS}{asked['id']}/retry/")
    fetch = claim_fetch()
    assert fetch
    record_fetch(fetch=fetch, result=Submission.of_picture(picture(), "url"))
    page = APIClient()
    page.force_login(owner)
    assert page.get(f"/images/{asked['image']['id']}/")["Location"] == f"/images/{known.pk}/"


@pytest.mark.usefixtures("clock")
def test_a_retry_counts_against_the_rate_but_keeps_no_more_pictures(api: APIClient, owner: User, settings: Settings) -> None:
    settings.DOODLE_QUOTA = 1
    failed = make_prediction(owner, status="failed")
    answer = api.post(f"{PREDICTIONS}{failed.pk}/retry/")
    assert answer.status_code == 202
    assert '"pictures";r=249' in answer["RateLimit"]


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_strangers_job_is_not_there(stranger: User, verb: str) -> None:
    for id in (make_prediction().pk, make_prediction(status="failed").pk, uuid.uuid4()):
        assert signed_in(stranger).post(f"{PREDICTIONS}{id}/{verb}/").status_code == 404


def test_who_cancels_while_a_worker_claims_does_not_lose_the_answer(api: APIClient, owner: User) -> None:
    row = make_prediction(owner)
    (claimed,) = claim()
    assert api.post(f"{PREDICTIONS}{row.pk}/cancel/").status_code == 409
    guesses = [Guess("cat", 0.9)]
    record_predictions(outcomes=[Outcome(prediction=claimed, model_version=make_version(), guesses=guesses)])
    assert api.get(f"{PREDICTIONS}{row.pk}/").json()["status"] == "succeeded"


def test_the_place_costs_one_query_however_many_wait(api: APIClient, owner: User) -> None:
    first = make_prediction(owner)
    with CaptureQueriesContext(connection) as few:
        place(api, first)
    last = Prediction.objects.queue(owner, [(first.image, first.classifier)] * 20)[-1]
    with CaptureQueriesContext(connection) as many:
        assert place(api, last) == 20
    assert len(few) == len(many)
