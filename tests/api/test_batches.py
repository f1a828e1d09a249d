from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from classifier.models import Batch, Classifier, Fetch, Image, Prediction, User
from tests.factories import HOUSE, make_worker, picture, zipped

pytestmark = pytest.mark.django_db
BATCH = "/api/v1/predictions/batch/"


@pytest.fixture(autouse=True)
def _classifier(doodle: Classifier) -> None:
    """All ask the same one."""


def drawings(number: int) -> list[dict[str, Any]]:
    return [{"strokes": [[[0, 255], [0, step]]]} for step in range(1, number + 1)]


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def file(content: bytes, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_results_come_in_the_order_sent(api: APIClient) -> None:
    make_worker()
    sizes = [60, 30, 90, 45]
    answer = api.post(BATCH, {"items": [{"image_base64": as_base64(picture(side))} for side in sizes]})
    assert answer.status_code == 202
    assert answer["Retry-After"] == "1"
    results = answer.json()["results"]
    assert [result["image"]["width"] for result in results] == sizes
    assert {(result["status"], result["error"]) for result in results} == {("queued", None)}
    listed = [row["id"] for row in api.get("/api/v1/predictions/").json()["results"]]
    assert listed == [result["id"] for result in reversed(results)]


def test_one_bad_item_fails_alone_and_leaves_nothing(api: APIClient) -> None:
    bad: list[tuple[Any, str]] = [
        ({}, "one_picture_needed"),
        ({"strokes": HOUSE, "image_base64": "AAAA"}, "one_picture_needed"),
        ({"strokes": []}, "bad_strokes"),
        ({"image_base64": as_base64(b"I am a text")}, "unsupported_image"),
        ({"image_base64": "%"}, "bad_base64"),
        ({"image_url": "ftp://example.com/a.png"}, "bad_url"),
        ({"strokes": HOUSE, "classifier": "no-such"}, "invalid"),
        ("text", "invalid"),
        (None, "invalid"),
        ([], "invalid"),
        (7, "invalid"),
    ]
    answer = api.post(
        BATCH, {"items": [{"strokes": HOUSE}, *[item for item, _ in bad], {"image_base64": as_base64(picture(50))}]}
    )
    assert answer.status_code == 202
    first, *errors, last = answer.json()["results"]
    assert first["status"] == last["status"] == "queued"
    assert [result["error"]["code"] for result in errors] == [code for _, code in bad]
    assert all(set(result["error"]) == {"code", "message", "fields"} for result in errors)
    assert errors[6]["error"]["fields"]["classifier"]
    assert Image.objects.count() == Prediction.objects.count() == 2


def test_the_same_picture_twice_is_one_image_with_two_predictions(api: APIClient) -> None:
    results = api.post(BATCH, {"items": [{"strokes": HOUSE}] * 3}).json()["results"]
    again = api.post(BATCH, {"items": [{"strokes": HOUSE}]}).json()["results"]
    assert len({result["image"]["id"] for result in results + again}) == Image.objects.count() == 1
    assert len({result["id"] for result in results + again}) == 4


def test_addresses_are_queued_for_fetching(api: APIClient) -> None:
    items = [{"image_url": "https://example.com/a.png"}] * 2 + [{"strokes": HOUSE}]
    results = api.post(BATCH, {"items": items}).json()["results"]
    assert len({result["image"]["id"] for result in results}) == 3
    assert {str(fetch.prediction_id) for fetch in Fetch.objects.all()} == {result["id"] for result in results[:2]}


@pytest.mark.parametrize("number", [0, 65, 200])
def test_other_numbers_are_refused_with_the_limit(api: APIClient, number: int) -> None:
    answer = api.post(BATCH, {"items": drawings(number)})
    assert answer.status_code == 400
    assert "64" in answer.json()["error"]["message"]
    files = api.post(BATCH, {"image": [file(b"x") for _ in range(number)]}, format="multipart")
    assert files.status_code == 400
    assert "64" in files.json()["error"]["message"]
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {"0": {}}}, {"items": "x"}, [], [{"strokes": HOUSE}], None, "x"])
def test_anything_but_a_list_of_items_is_refused(api: APIClient, body: Any) -> None:
    answer = api.post(BATCH, body, format="json")
    assert answer.status_code == 400
    assert "64" in str(answer.json()["error"])


def test_files_come_as_repeated_fields(api: APIClient) -> None:
    files = [
        file(picture(30)),
        file(b"text", "b.png"),
        file(b"", "c.png"),
        file(zipped({"a.png": picture(30)}), "d.zip"),
        file(picture(40)),
    ]
    results = api.post(BATCH, {"image": files, "classifier": "doodle"}, format="multipart").json()["results"]
    assert [result["error"]["code"] for result in results[1:4]] == ["unsupported_image", "bad_image", "unsupported_image"]
    assert "Archives" in results[3]["error"]["message"]
    assert (results[0]["image"]["width"], results[4]["image"]["width"]) == (30, 40)
    assert Image.objects.count() == 2
    assert not Batch.objects.exists()


def test_a_classifier_that_cannot_be_is_a_fault_of_the_whole_form(api: APIClient) -> None:
    answer = api.post(BATCH, {"image": [file(picture(30))] * 2, "classifier": "no slug"}, format="multipart")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["classifier"])
    assert not Image.objects.exists()


def test_over_the_rate_all_is_refused(api: APIClient, settings: Settings) -> None:
    settings.DOODLE_RATE = 1
    assert api.post(BATCH, {"items": drawings(64)}).status_code == 202
    assert api.post(BATCH, {"items": drawings(11)}).status_code == 429
    assert Prediction.objects.count() == 64


def test_over_the_quota_all_is_refused(api: APIClient, settings: Settings) -> None:
    settings.DOODLE_QUOTA = 3
    assert api.post(BATCH, {"items": drawings(4)}).status_code == 429
    assert not Image.objects.exists()
    assert api.post(BATCH, {"items": drawings(3)}).status_code == 202


def test_waiting_ends_with_202_while_something_is_open_and_with_200_otherwise(api: APIClient) -> None:
    assert api.post(f"{BATCH}?wait=1", {"items": drawings(2)}).status_code == 202
    assert api.post(BATCH, {"items": drawings(1)}, headers={"Prefer": "wait=x"}).status_code == 202
    assert api.post(f"{BATCH}?wait=x", {"items": drawings(1)}).status_code == 400
    refused = api.post(f"{BATCH}?wait=1", {"items": [{}]})
    assert refused.status_code == 200


def test_64_cost_hardly_more_than_one(
    api: APIClient,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_assert_max_num_queries(15), django_capture_on_commit_callbacks() as wakes:
        answer = api.post(BATCH, {"items": drawings(64)})
    assert len({result["id"] for result in answer.json()["results"]}) == 64
    assert len(wakes) == 1


@pytest.mark.parametrize(("megabytes", "status"), [(40, 400), (65, 413)])
def test_a_batch_may_be_larger_than_other_requests(api: APIClient, megabytes: int, status: int) -> None:
    answer = api.post(BATCH, b"{}" + b" " * megabytes * 1024**2, content_type="application/json")
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("unit", [b"[],", b"{},", b"1,", b'"",', b'"\\\\",'])
def test_json_that_would_swell_is_refused(api: APIClient, unit: bytes) -> None:
    many = unit * 3_000_000
    answer = api.post(BATCH, b'{"items": [' + many[:-1] + b"]}", content_type="application/json")
    assert answer.status_code in (400, 413)
    assert "values" in answer.json()["error"]["message"]


@pytest.mark.parametrize("form", [False, True])
def test_a_session_with_its_csrf_token_may_send_a_batch(owner: User, form: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    client.get("/")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    body: Any = {"image": [file(picture(30)), file(picture(40))]} if form else {"items": drawings(2)}
    answer = client.post(BATCH, body, headers=token) if form else client.post(BATCH, body, "application/json", headers=token)
    assert answer.status_code == 202
    assert len(answer.json()["results"]) == 2
