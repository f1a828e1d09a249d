from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.models import Classifier, Fetch, Image, Job, Prediction, User, Worker
from tests.conftest import signed_in
from tests.factories import HOUSE, make_prediction, make_predictions, make_worker, picture

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"


@pytest.fixture(autouse=True)
def _classifier(doodle: Classifier) -> None:
    """All ask the same one."""


def test_a_queued_prediction_says_where_to_look(api: APIClient) -> None:
    make_worker()
    answer = api.post(PREDICTIONS, {"strokes": HOUSE})
    assert answer.status_code == 202
    body = answer.json()
    assert answer["Location"] == f"{PREDICTIONS}{body['id']}/"
    assert answer["Retry-After"] == "1"
    assert (body["status"], body["guesses"], body["error"], body["unsure"]) == ("queued", [], None, None)
    assert body["image"]["url"] == f"/api/v1/images/{body['image']['id']}/file/"


def test_without_a_worker_a_queued_prediction_says_so(api: APIClient) -> None:
    assert api.post(PREDICTIONS, {"strokes": HOUSE}).json()["error"]["code"] == "no_worker"
    assert api.get(PREDICTIONS).json()["results"][0]["error"]["code"] == "no_worker"


BAD_BODIES: list[tuple[dict[str, Any], int, str]] = [
    ({}, 400, "one_picture_needed"),
    ({"strokes": HOUSE, "image_base64": "AAAA"}, 400, "one_picture_needed"),
    ({"strokes": []}, 400, "bad_strokes"),
    ({"strokes": [[[5], [5]]]}, 400, "bad_strokes"),
    ({"strokes": [[[1, "a"], [1, 2]]]}, 400, "bad_strokes"),
    ({"strokes": None}, 400, "invalid"),
    ({"strokes": {"x": 1}}, 400, "bad_strokes"),
    ({"strokes": [[[0, 10**400], [0, 1]]]}, 400, "parse_error"),
    ({"image_base64": "%%%"}, 400, "bad_base64"),
    ({"image_base64": ""}, 400, "invalid"),
    ({"image_base64": base64.b64encode(b"I am a text").decode()}, 415, "unsupported_image"),
    ({"image_base64": base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode()}, 415, "unsupported_image"),
    ({"image_base64": base64.b64encode(picture(file_format="JPEG")[:900]).decode()}, 400, "bad_image"),
    ({"strokes": HOUSE, "classifier": "no-such"}, 400, "invalid"),
    ({"strokes": HOUSE, "classifier": "no such\x00"}, 400, "parse_error"),
]


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES)
def test_bad_input_gets_a_sentence_and_leaves_nothing_behind(
    api: APIClient, body: dict[str, Any], status: int, code: str
) -> None:
    answer = api.post(PREDICTIONS, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert set(error) == {"code", "message", "fields"}
    assert error["message"].endswith(".")
    assert not Image.objects.exists()
    assert not Prediction.objects.exists()


RAW = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"NaN",
    b"[" * 100_000,
    b'{"strokes": [[[NaN, 1], [0, 1]]]}',
    b'{"strokes": [[[1e999, 1], [0, 1]]]}',
    b'{"classifier": "\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"a": "\\u0000"}',
    b"\xff\xfe",
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
]


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_odd_json_is_a_400(api: APIClient, raw: bytes) -> None:
    answer = api.post(PREDICTIONS, raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("declared", ["bz2_codec", "utf-16", "no-such", "rot13"])
def test_json_is_utf_8(api: APIClient, declared: str) -> None:
    answer = api.post(PREDICTIONS, b"{}", content_type=f"application/json; charset={declared}")
    assert answer.status_code in (400, 415)


def test_a_request_over_the_limit_is_a_413(api: APIClient) -> None:
    assert api.post(PREDICTIONS, {"image_base64": "A" * 16_000_000}).status_code == 413
    assert api.post(PREDICTIONS, {"image_base64": "A" * 14_200_000}).json()["error"]["code"] == "image_too_large"


def test_a_file_is_judged_by_its_content(api: APIClient) -> None:
    good = SimpleUploadedFile("../../etc/passwd.txt", picture(), "text/plain")
    assert api.post(PREDICTIONS, {"image": good}, format="multipart").status_code == 202
    for content, status in ((b"", 400), (b"text", 415), (picture()[:200], 400)):
        bad = SimpleUploadedFile("picture.png", content, "image/png")
        assert api.post(PREDICTIONS, {"image": bad}, format="multipart").status_code == status
    assert Image.objects.count() == 1


@pytest.mark.parametrize("wait", ["-1", "x", "²", "1.5", "9" * 30, ""])
def test_wait_is_a_whole_number(api: APIClient, wait: str) -> None:
    assert api.post(f"{PREDICTIONS}?wait={wait}", {"strokes": HOUSE}).status_code == 400
    assert not Prediction.objects.exists()


def test_an_idempotency_key_makes_one_prediction(api: APIClient) -> None:
    ids = {api.post(PREDICTIONS, {"strokes": HOUSE}, headers={"Idempotency-Key": "abc"}).json()["id"] for _ in range(2)}
    assert len(ids) == Prediction.objects.count() == 1
    other = api.post(PREDICTIONS, {"strokes": [[[0, 1], [0, 1]]]}, headers={"Idempotency-Key": "abc"})
    assert other.status_code == 409


def test_the_list_costs_the_same_for_one_and_for_twenty(
    api: APIClient, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_prediction(owner)
    with django_assert_num_queries(2):
        assert len(api.get(PREDICTIONS).json()["results"]) == 1
    make_predictions(20, owner)
    with django_assert_num_queries(2):
        assert len(api.get(PREDICTIONS).json()["results"]) == 21


def test_pages_stay_stable_while_rows_are_added(api: APIClient, owner: User) -> None:
    rows = [str(make_prediction(owner).pk) for _ in range(5)]
    first = api.get(f"{PREDICTIONS}?page_size=3").json()
    make_prediction(owner)
    second = api.get(first["next"]).json()
    listed = [row["id"] for row in first["results"] + second["results"]]
    assert sorted(listed, reverse=True) == listed == sorted(rows, reverse=True)


def test_filters(api: APIClient, owner: User) -> None:
    cat = make_prediction(owner, status="succeeded", label="cat", probability=0.8)
    dog = make_prediction(owner, status="succeeded", label="dog", probability=0.3, source="upload")
    queued = make_prediction(owner)

    def found(query: str) -> set[str]:
        return {row["id"] for row in api.get(f"{PREDICTIONS}?{query}").json()["results"]}

    assert found("label=cat") == found("min_probability=0.5") == found("from=2000-01-01&label=cat") == {str(cat.pk)}
    assert found("source=upload") == found("max_probability=0.5") == {str(dog.pk)}
    assert found("status=queued") == {str(queued.pk)}
    assert found("to=2000-01-01") == found("classifier=photo") == set()
    assert len(found("classifier=doodle")) == 3


@pytest.mark.parametrize("query", ["status=odd", "from=yesterday", "min_probability=x", "label=%00", "cursor=zzz"])
def test_a_bad_filter_is_a_400_or_404(api: APIClient, query: str) -> None:
    answer = api.get(f"{PREDICTIONS}?{query}")
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


def test_a_strangers_things_are_not_there(stranger: User) -> None:
    prediction = make_prediction()
    theirs = signed_in(stranger)
    image = f"/api/v1/images/{prediction.image_id}/"
    for path in (f"{PREDICTIONS}{prediction.pk}/", image, f"{image}file/", f"{image}seen/"):
        answer = theirs.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert theirs.delete(image).status_code == theirs.delete(f"{PREDICTIONS}{prediction.pk}/").status_code == 404
    assert theirs.get(PREDICTIONS).json()["results"] == []
    assert Prediction.objects.exists()


def test_served_pictures_cannot_run(api: APIClient, owner: User) -> None:
    prediction = make_prediction(owner)
    answer = api.get(f"/api/v1/images/{prediction.image_id}/file/")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert "private" in answer["Cache-Control"]


BAD_URLS = [
    "cat.png",
    "ftp://example.com/cat.png",
    "http://",
    "http://u:p@example.com/",
    "http://example.com/" + "x" * 2000,
    "http://a\tb/",
]


@pytest.mark.parametrize("address", BAD_URLS)
@pytest.mark.parametrize("file_format", ["json", "multipart"])
def test_an_address_that_is_none_is_refused_at_once(api: APIClient, address: str, file_format: str) -> None:
    answer = api.post(PREDICTIONS, {"image_url": address}, format=file_format)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_url")
    assert not Image.objects.exists()


@pytest.mark.parametrize("file_format", ["json", "multipart"])
def test_a_picture_at_an_address_is_fetched_later(api: APIClient, owner: User, file_format: str) -> None:
    make_worker(job=Job.FETCHING)
    answer = api.post(PREDICTIONS, {"image_url": "https://example.com/cat.png"}, format=file_format)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["status"], body["error"]) == ("queued", None)
    assert {**body["image"], "id": "", "url": ""} == {"id": "", "url": "", "width": 0, "height": 0, "source": "url"}
    assert Fetch.objects.get(prediction=body["id"]).url == "https://example.com/cat.png"
    assert api.get(body["image"]["url"]).status_code == 404
    assert api.get(body["image"]["url"].replace("/file/", "/seen/")).status_code == 404
    assert api.get(body["image"]["url"].removesuffix("file/")).status_code == 200


def test_without_a_fetcher_a_picture_at_an_address_says_so_and_a_drawing_does_not(api: APIClient) -> None:
    make_worker()
    fetcher = make_worker(job=Job.FETCHING, seen_at=timezone.now() - timedelta(seconds=5))
    drawn = api.post(PREDICTIONS, {"strokes": HOUSE}).json()
    linked = api.post(PREDICTIONS, {"image_url": "https://example.com/cat.png"}).json()
    both = api.post(f"{PREDICTIONS}batch/", {"items": [{"image_url": "https://example.com/dog.png"}, {"strokes": HOUSE}]}).json()
    for unattended in (
        linked,
        api.get(f"{PREDICTIONS}{linked['id']}/").json(),
        api.get(PREDICTIONS).json()["results"][1],
        both["results"][0],
    ):
        assert unattended["error"]["code"] == "no_worker"
        assert "fetched from addresses" in unattended["error"]["message"]
    assert drawn["error"] is both["results"][1]["error"] is None
    Worker.objects.beat(fetcher.name, Job.FETCHING)
    assert api.get(f"{PREDICTIONS}{linked['id']}/").json()["error"] is None


def test_a_fetcher_answers_no_drawings(api: APIClient) -> None:
    make_worker(job=Job.FETCHING)
    error = api.post(PREDICTIONS, {"strokes": HOUSE}).json()["error"]
    assert (error["code"], error["message"]) == (
        "no_worker",
        "No worker is running. The picture is kept and answered once one starts.",
    )
    assert api.get("/readyz").json()["missing"][0] == "worker"
