from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from classifier.actions.cancel_batch import STOPPED
from classifier.actions.claim_predictions import claim_predictions
from classifier.actions.claim_unpacking import claim_unpacking
from classifier.actions.create_webhook import create_webhook
from classifier.actions.record_predictions import Outcome, record_predictions
from classifier.actions.unpack_part import unpack_part
from classifier.models import Classifier, Delivery, Guess, Image, Prediction, Unpacking, User
from classifier.sources import bulk
from classifier.tasks import unpacking
from tests.conftest import signed_in
from tests.factories import make_answer, make_batch, make_prediction, make_version, picture, zipped

pytestmark = pytest.mark.django_db
BATCHES = "/api/v1/batches/"


@pytest.fixture(autouse=True)
def _classifier(doodle: Classifier) -> None:
    """All ask the same one."""


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "PART", 2)


def archive(number: int = 3, **others: bytes) -> bytes:
    files: dict[str | zipfile.ZipInfo, bytes] = {f"{place}.png": picture(30 + place) for place in range(number)}
    files.update(others)
    return zipped(files)


def array(number: int) -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(number, dtype=np.uint8)[:, None, None] + np.zeros((number, 28, 28), np.uint8))
    return file.getvalue()


def send(api: APIClient, content: bytes, **fields: Any) -> Any:
    return api.post(BATCHES, {"file": SimpleUploadedFile("bulk", content), **fields}, format="multipart")


def first_two(claimed: Unpacking) -> list[bulk.Found]:
    with claimed.file.open("rb") as file:
        return bulk.part_of(file, 0, 2)


def answer_all() -> None:
    version = make_version()
    while claimed := claim_predictions(worker="tester", limit=64):
        outcomes = [Outcome(prediction=row, model_version=version, guesses=[Guess("cat", 0.9)]) for row in claimed]
        record_predictions(outcomes=outcomes)


@pytest.mark.parametrize("content", [archive(4, **{"notes.txt": b"hello"}), array(5)], ids=["archive", "array"])
def test_a_file_is_taken_in_unpacked_answered_and_read(
    api: APIClient, content: bytes, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    sent = send(api, content)
    assert sent.status_code == 202
    state = sent.json()
    assert (state["status"], state["total"], state["done"], state["failed"]) == ("queued", 5, 0, 0)
    with django_capture_on_commit_callbacks(execute=True):
        unpacking.unpack_waiting()
    answer_all()
    state = api.get(sent["Location"]).json()
    assert (state["status"], state["done"] + state["failed"], state["problem"]) == ("settled", 5, "")
    results = api.get(f"{sent['Location']}results/").json()["results"]
    assert [row["place"] for row in results] == list(range(5))
    assert [row["label"] for row in results if row["prediction"]] == ["cat"] * state["done"]
    lines = b"".join(api.get(f"{sent['Location']}results/?format=jsonl").streaming_content).splitlines()  # type: ignore[attr-defined]
    assert [json.loads(line) for line in lines] == results
    assert not default_storage.listdir("bulk")[1]


def test_what_is_no_picture_is_refused_by_its_name(api: APIClient) -> None:
    sent = send(api, archive(1, **{"notes.txt": b"hello"}))
    unpacking.unpack_waiting()
    refused = api.get(f"{sent['Location']}results/").json()["results"][1]
    assert (refused["name"], refused["status"], refused["prediction"]) == ("notes.txt", "refused", None)
    assert refused["error"]


def test_bulk_waits_behind_singles_even_behind_its_owners(api: APIClient, owner: User) -> None:
    send(api, array(20))
    unpacking.unpack_waiting()
    single = api.post("/api/v1/predictions/", {"strokes": [[[0, 255], [0, 100]]]}).json()["id"]
    assert single in {str(row.pk) for row in claim_predictions(worker="tester", limit=2)}


def test_whoever_comes_next_goes_on_after_the_last_whole_part(api: APIClient) -> None:
    send(api, array(5))
    lost = claim_unpacking()
    assert lost
    unpack_part(unpacking=lost, found=first_two(lost))
    crashed = claim_unpacking()
    assert crashed
    assert claim_unpacking() is None
    Unpacking.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    unpacking.unpack_waiting()
    assert not unpack_part(unpacking=crashed, found=[])
    assert Prediction.objects.count() == 5


def test_a_file_that_kills_its_workers_is_given_up(api: APIClient) -> None:
    location = send(api, array(5))["Location"]
    for _ in range(3):
        assert claim_unpacking()
        Unpacking.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claim_unpacking() is None
    state = api.get(location).json()
    assert state["status"] == "settled"
    assert "Three workers" in state["problem"]


def test_an_archive_that_turns_out_to_be_broken_keeps_what_came(api: APIClient) -> None:
    content = bytearray(zipped({f"{place}.png": picture(200 + place) for place in range(4)}))
    broken = content.index(b"2.png") + 60
    content[broken : broken + 200] = bytes(200)
    location = send(api, bytes(content))["Location"]
    unpacking.unpack_waiting()
    state = api.get(location).json()
    assert (state["total"], bool(state["problem"])) == (2, True)


def test_cancelling_takes_back_what_nobody_looked_at(api: APIClient, owner: User) -> None:
    create_webhook(by=owner, url="https://example.com/hook", events=["batch.settled"])
    location = send(api, array(5))["Location"]
    first = claim_unpacking()
    assert first
    unpack_part(unpacking=first, found=first_two(first))
    cancelled = api.post(f"{location}cancel/").json()
    assert (cancelled["status"], cancelled["total"], cancelled["failed"], cancelled["problem"]) == ("settled", 2, 2, STOPPED)
    assert api.post(f"{location}cancel/").status_code == 200
    unpacking.unpack_waiting()
    assert Prediction.objects.count() == 2
    assert str(Delivery.objects.get().subject) in location


def test_a_webhook_is_told_once_of_a_whole_bulk(api: APIClient, owner: User) -> None:
    create_webhook(by=owner, url="https://example.com/hook")
    send(api, array(5))
    unpacking.unpack_waiting()
    answer_all()
    assert Delivery.objects.get().event == "batch.settled"


def test_the_quota_counts_what_is_still_to_come(api: APIClient, settings: Settings) -> None:
    settings.DOODLE_QUOTA = 8
    assert send(api, array(5)).status_code == 202
    refused = send(api, array(5))
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert "8" in refused.json()["error"]["message"]


def test_three_files_at_once_and_no_more(api: APIClient) -> None:
    assert [send(api, array(1)).status_code for _ in range(4)] == [202, 202, 202, 429]


@pytest.mark.parametrize("content", [b"", b"I am a text", picture(30), zipped({})])
def test_what_is_no_such_file_is_refused(api: APIClient, content: bytes) -> None:
    answer = send(api, content)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert not Unpacking.objects.exists()


def test_batches_are_listed_with_constant_queries(
    api: APIClient, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_batch(owner, [make_answer(owner), make_prediction(owner)])
    with django_assert_max_num_queries(1):
        listed = api.get(BATCHES).json()["results"]
    assert [(row["status"], row["total"], row["done"]) for row in listed] == [("running", 2, 1)] * 5


def test_a_stranger_finds_nothing(api: APIClient, stranger: User) -> None:
    location = send(api, array(1))["Location"]
    theirs = signed_in(stranger)
    calls = [theirs.get(location), theirs.get(f"{location}results/"), theirs.post(f"{location}cancel/")]
    assert {call.status_code for call in calls} == {404}
    assert theirs.get(BATCHES).json()["results"] == []
    assert Image.objects.count() == 0
