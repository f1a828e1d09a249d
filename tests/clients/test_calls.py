"""Waiting, batches, pages and errors, against a server that says what it is told."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from doodle_client import ApiError, BadAnswer, BadInput, Client, NotAnswered, Prediction, PredictionFailed
from doodle_client.batches import LARGEST_BATCH
from tests.clients.calling import Call
from tests.clients.scripted import ID, IMAGE_ID, prediction, refusal, reply, server
from tests.factories import HOUSE, picture

QUEUED = reply(prediction("queued"), "202 Accepted", retry_after="1")
FAILED = prediction("failed", error={"code": "url_refused", "message": "Nothing there."})


def test_waiting_holds_the_request_and_then_asks_again_when_told(call: Call) -> None:
    with server(QUEUED, reply(prediction("running"), retry_after="2"), reply(prediction())) as site:
        started = time.monotonic()
        assert call(site.url, "predict", HOUSE, wait=50).status == "succeeded"
        assert 3 <= time.monotonic() - started < 6
    assert [asked.method for asked in site.received] == ["POST", "GET", "GET"]
    assert [asked.query["wait"] for asked in site.received] == [["30"]] * 3
    assert site.received[1].path == f"/api/v1/predictions/{ID}/"


def test_without_waiting_the_answer_comes_as_it_stands(call: Call) -> None:
    with server(QUEUED, reply(FAILED)) as site:
        assert call(site.url, "predict", HOUSE, wait=0).pending
        assert call(site.url, "prediction", ID).error.code == "url_refused"
    assert [asked.query for asked in site.received] == [{}, {}]


def test_time_that_is_over_and_predictions_that_failed_are_errors_with_the_prediction(call: Call) -> None:
    unattended = prediction("queued", error={"code": "no_worker", "message": "No worker is running."})
    with server(reply(unattended), reply(unattended), reply(unattended)) as site:
        with pytest.raises(NotAnswered, match=r"No worker is running.*queued") as late:
            call(site.url, "predict", HOUSE, wait=0.6)
        assert late.value.prediction.id == ID
    with server(reply(FAILED)) as site, pytest.raises(PredictionFailed, match=r"Nothing there\.") as failed:
        call(site.url, "predict", "http://example.com/a.png")
    assert (failed.value.code, failed.value.prediction.status) == ("url_refused", "failed")


def test_a_batch_of_any_size_goes_64_at_a_time(call: Call) -> None:
    results = [reply({"results": [prediction()] * number}) for number in (64, 64, 2)]
    with server(*results) as site:
        outcomes = call(site.url, "predict_batch", (HOUSE for _ in range(130)), classifier="mine")
    assert len(outcomes) == 130
    items = [json.loads(asked.body)["items"] for asked in site.received]
    assert [len(part) for part in items] == [64, 64, 2]
    assert items[0][0] == {"classifier": "mine", "strokes": HOUSE}


def test_a_batch_of_large_pictures_is_split_by_their_size(call: Call) -> None:
    large = b"x" * (9 * 1024**2)
    with server(*[reply({"results": [prediction()] * number}) for number in (2, 2, 1)]) as site:
        assert len(call(site.url, "predict_batch", [large] * 5)) == 5
    assert max(len(asked.body) for asked in site.received) < LARGEST_BATCH + 1000


def test_in_a_batch_each_fails_alone_and_in_its_place(call: Call, tmp_path: Path) -> None:
    refused = {"error": {"code": "bad_strokes", "message": "No ink.", "fields": {}}}
    answer = {"results": [prediction(), refused, FAILED, prediction("queued")]}
    with server(reply(answer), reply(prediction())) as site:
        given = [HOUSE, tmp_path / "missing.png", [], "https://example.com/a.png", HOUSE]
        first, missing, empty, failed, late = call(site.url, "predict_batch", given)
    assert isinstance(first, Prediction)
    assert isinstance(missing, BadInput)
    assert (empty.code, empty.message) == ("bad_strokes", "No ink.")
    assert isinstance(failed, PredictionFailed)
    assert late.status == "succeeded"
    assert [asked.method for asked in site.received] == ["POST", "GET"]


def test_a_batch_of_nothing_that_can_be_sent_sends_nothing(call: Call, tmp_path: Path) -> None:
    with server() as site:
        assert call(site.url, "predict_batch", []) == []
        (outcome,) = call(site.url, "predict_batch", [tmp_path / "missing.png"])
    assert isinstance(outcome, BadInput)
    assert site.received == []


def test_history_goes_from_page_to_page_and_to_no_other_host(call: Call) -> None:
    onward = {"next": "http://evil.example/api/v1/predictions/?cursor=abc%3D&label=cat", "previous": None}
    with server(reply({**onward, "results": [prediction()] * 2}), reply({"next": None, "results": [prediction()]})) as site:
        since = datetime(2026, 1, 31, 8, tzinfo=UTC)
        assert len(call(site.url, "history", label="cat", since=since, corrected=True)) == 3
    first, second = site.received
    assert datetime.fromisoformat(first.query["from"][0]) == since
    assert second.query == {**first.query, "cursor": ["abc="]}
    assert first.query | {"from": ["…"]} == {"label": ["cat"], "from": ["…"], "corrected": ["true"]}


def test_pages_are_read_only_as_far_as_somebody_reads() -> None:
    onward = {"next": "/?cursor=abc", "results": [prediction()]}
    with server(reply(onward), reply(onward), reply(onward)) as site, Client(site.url, token="t") as client:
        assert next(client.history()).id == ID
        assert len(site.received) == 1
        page = client.history_page()
        assert (page.next, page.previous, len(page.results)) == ("abc", None, 1)


def test_a_refusal_has_code_message_fields_and_status(call: Call) -> None:
    error = {"code": "invalid", "message": "Some fields are not right.", "fields": {"name": ["Too long.", "Too odd."]}}
    with server(reply({"error": error}, "400 Bad Request")) as site, pytest.raises(ApiError) as refused:
        call(site.url, "create_token", "x")
    assert (refused.value.code, refused.value.message, refused.value.status) == ("invalid", error["message"], 400)
    assert refused.value.fields == error["fields"]
    assert str(refused.value) == "Some fields are not right. name: Too long. Too odd."


@pytest.mark.parametrize(("answer", "error", "words"), [
    (reply({"hello": "world"}), BadAnswer, "Doodle Site"),
    (reply([1]), BadAnswer, "Doodle Site"),
    (reply(prediction(created_at="yesterday")), BadAnswer, "Doodle Site"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<html", BadAnswer, "Doodle Site"),
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", ApiError, "404 Not Found"),
    (reply(None, "301 Moved Permanently", location="https://new.example/api/v1/"), ApiError, "https://new.example/api/v1/"),
])  # fmt: skip
def test_whatever_else_answers_is_told_in_a_sentence(call: Call, answer: bytes, error: Any, words: str) -> None:
    with server(answer) as site, pytest.raises(error, match=words):
        call(site.url, "prediction", ID)


def test_a_batch_with_too_few_results_is_no_answer(call: Call) -> None:
    with server(reply({"results": []})) as site, pytest.raises(BadAnswer):
        call(site.url, "predict_batch", [HOUSE])


def test_an_id_that_is_none_is_never_sent(call: Call) -> None:
    with server() as site:
        for name in ("prediction", "delete_prediction", "image", "picture", "seen", "delete_image", "revoke_token"):
            with pytest.raises(BadInput, match="is no id"):
                call(site.url, name, "../users")
    assert site.received == []


def test_every_way_to_give_a_picture(call: Call, tmp_path: Path) -> None:
    content = picture(40)
    path, strokes, kept = tmp_path / "a.png", tmp_path / "a.json", tmp_path / "b.JSON"
    path.write_bytes(content)
    strokes.write_text(json.dumps(HOUSE))
    kept.write_text(json.dumps({"word": "house", "drawing": HOUSE}))
    with server(*[reply(prediction())] * 7) as site, path.open("rb") as stream:
        for given in (path, str(path), content, stream, "HTTP://example.com/a.png", strokes, kept):
            call(site.url, "predict", given)
    *files, address, drawn, kept_drawn = site.received
    assert all(content in asked.body for asked in files)
    assert json.loads(address.body) == {"classifier": "doodle", "image_url": "HTTP://example.com/a.png"}
    assert json.loads(drawn.body) == json.loads(kept_drawn.body) == {"classifier": "doodle", "strokes": HOUSE}


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.png", None, r"a\.png: No such file"),
    ("a.png", b"", "empty"),
    ("a.png", b"x" * (10 * 1024**2 + 1), "10 MB"),
    ("a.json", b"{", "no JSON"),
    ("a.json", b"\xff", "no JSON"),
    ("a.json", b"[" * 100_000, "no JSON"),
    ("a.json", b'{"word": "cat"}', "JSON list"),
    ("a.json", b"7", "JSON list"),
])  # fmt: skip
def test_what_cannot_be_a_picture_is_said_before_anything_is_sent(
    call: Call, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with server() as site, pytest.raises(BadInput, match=words):
        call(site.url, "predict", tmp_path / name)
    assert site.received == []


def test_a_picture_in_a_batch_travels_as_base64(call: Call) -> None:
    with server(reply({"results": [prediction()]})) as site:
        call(site.url, "predict_batch", [picture(40)])
    (item,) = json.loads(site.received[0].body)["items"]
    assert base64.b64decode(item["image_base64"]) == picture(40)


def test_images_come_as_they_are_kept(call: Call) -> None:
    file = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\x89PNG"
    with server(file, file, refusal("404 Not Found", "not_found")) as site:
        assert call(site.url, "picture", IMAGE_ID) == call(site.url, "seen", IMAGE_ID) == b"\x89PNG"
        with pytest.raises(ApiError):
            call(site.url, "picture", IMAGE_ID)
    assert [asked.path.split(IMAGE_ID)[1] for asked in site.received] == ["/file/", "/seen/", "/file/"]
