from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from rest_framework.test import APIClient

from classifier.models import Prediction, Status, TrainingRun, User
from classifier.models.waiting import lookout
from tests.factories import make_answer, make_batch, make_classifier, make_prediction

pytestmark = pytest.mark.django_db
Event = tuple[str, dict[str, Any]]


def events(answer: Any) -> Iterator[Event]:
    assert answer.status_code == 200
    for part in answer.streaming_content:
        lines = dict(line.split(": ", 1) for line in part.decode().strip().splitlines() if not line.startswith(":"))
        if "event" in lines:
            yield lines["event"], json.loads(lines["data"])


def test_what_is_settled_is_told_at_once_as_a_get_tells_it(api: APIClient, owner: User) -> None:
    prediction = make_answer(owner)
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "7"}
    answer = api.get(f"/api/v1/predictions/{prediction.pk}/events/", headers=headers)
    assert answer["Content-Type"] == "text/event-stream"
    assert answer["Cache-Control"] == "no-store"
    assert list(events(answer)) == [("settled", api.get(f"/api/v1/predictions/{prediction.pk}/").json())]


def test_what_is_pending_is_told_with_every_change_until_it_is_settled(
    api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    prediction = make_prediction(owner)
    mine = Prediction.objects.filter(pk=prediction.pk)
    last = {"status": Status.FAILED, "error_code": "crashed"}
    changes: Iterator[dict[str, Any]] = iter([{"status": Status.RUNNING}, {"attempt": 1}, last])
    monkeypatch.setattr("classifier.models.waiting.Watch.await_news", lambda watch, seconds: bool(mine.update(**next(changes))))
    told = list(events(api.get(f"/api/v1/predictions/{prediction.pk}/events/")))
    assert [(name, state["status"]) for name, state in told] == [
        ("progress", "queued"),
        ("progress", "running"),
        ("settled", "failed"),
    ]


def test_a_stream_beats_while_nothing_happens(api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.models.waiting.Watch.await_news", lambda watch, seconds: False)
    answer: Any = api.get(f"/api/v1/predictions/{make_prediction(owner).pk}/events/")
    retry, progress, *beats = [part.decode() for part in islice(answer.streaming_content, 4)]
    answer.close()
    assert retry == "retry: 2000\n\n"
    assert progress.startswith("event: progress\n")
    assert beats == [": waiting\n\n"] * 2


def test_over_the_number_a_listener_learns_how_it_stands_and_is_sent_away(
    api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.models.waiting.SEATS", 0)
    told = list(events(api.get(f"/api/v1/predictions/{make_prediction(owner).pk}/events/")))
    assert [name for name, _ in told] == ["progress"]


def test_a_deleted_prediction_ends_its_stream(api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    prediction = make_prediction(owner)
    monkeypatch.setattr("classifier.models.waiting.Watch.await_news", lambda watch, seconds: bool(prediction.delete()))
    told = [name for name, _ in events(api.get(f"/api/v1/predictions/{prediction.pk}/events/"))]
    assert told == ["progress", "gone"]


def test_a_batch_counts_its_files(api: APIClient, owner: User) -> None:
    files = [make_answer(owner), make_prediction(owner, status="failed"), make_prediction(owner)]
    batch = make_batch(owner, files)
    batch.files.create(place=3, name="bad.txt", refusal="This is no picture.")
    address = f"/api/v1/batches/{batch.pk}/events/"
    counted = {"id": str(batch.pk), "total": 4, "done": 1, "failed": 2}
    assert list(events(api.get(f"{address}?wait=0"))) == [("progress", counted)]
    Prediction.objects.filter(pk=files[2].pk).update(status=Status.SUCCEEDED)
    assert list(events(api.get(address))) == [("settled", {**counted, "done": 2})]


def test_a_training_run_tells_how_far_it_is(owner: User, api: APIClient) -> None:
    classifier = make_classifier("mine")
    classifier.made_by = owner
    classifier.save()
    run = TrainingRun.objects.create(classifier=classifier, recipe="people", progress=0.25, status="running", epoch=1, epochs=4)
    address = f"/api/v1/training-runs/{run.pk}/events/?wait=0"
    ((name, state),) = events(api.get(address))
    assert (name, state["progress"], state["epoch"]) == ("progress", 0.25, 1)
    TrainingRun.objects.filter(pk=run.pk).update(status="cancelled")
    assert next(events(api.get(address)))[0] == "settled"


@pytest.mark.parametrize("kind", ["predictions", "batches", "training-runs"])
def test_a_stranger_hears_nothing(api: APIClient, stranger: User, kind: str) -> None:
    theirs = make_prediction(stranger)
    id = make_batch(stranger, [theirs]).pk if kind == "batches" else theirs.pk
    assert api.get(f"/api/v1/{kind}/{id}/events/").json()["error"]["code"] == "not_found"


def test_a_wait_that_is_no_number_is_refused(api: APIClient, owner: User) -> None:
    answer = api.get(f"/api/v1/predictions/{make_prediction(owner).pk}/events/?wait=soon")
    assert answer.status_code == 400
    assert "300" in str(answer.json())


def test_nobody_is_left_watching(api: APIClient, owner: User) -> None:
    before = set(lookout._watches)  # what an unread answer of another test may have left
    list(events(api.get(f"/api/v1/predictions/{make_prediction(owner).pk}/events/?wait=0")))
    assert lookout._watches <= before
