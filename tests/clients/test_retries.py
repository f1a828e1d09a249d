"""A site that is busy, away for a moment or cut off: what is sent again, when, and what never is."""

from __future__ import annotations

import logging
import time

import pytest

from doodle_client import ApiError, Client, Retries, ServerUnreachable
from tests.clients.calling import QUICK, SECRET, Call
from tests.clients.scripted import ID, prediction, refusal, reply, server
from tests.factories import HOUSE
from tests.servers import free_port

CUT = b""
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
BUSY = refusal("503 Service Unavailable")
SOON = refusal("429 Too Many Requests", "rate_limited", retry_after="0")


@pytest.mark.parametrize("trouble", [CUT, HALF, BUSY, SOON, refusal("502 Bad Gateway")])
def test_a_prediction_is_sent_again_with_the_same_key(call: Call, trouble: bytes) -> None:
    with server(trouble, trouble, reply(prediction())) as site:
        assert call(site.url, "predict", HOUSE).best.label == "house"
    keys = [asked.headers["idempotency-key"] for asked in site.received]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert {asked.body for asked in site.received} == {site.received[0].body}


def test_each_call_has_a_key_of_its_own_unless_one_is_given(call: Call) -> None:
    with server(*[reply(prediction())] * 3) as site:
        for options in ({}, {}, {"key": "mine"}):
            call(site.url, "predict", HOUSE, **options)
    keys = [asked.headers["idempotency-key"] for asked in site.received]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


@pytest.mark.parametrize("trouble", [CUT, BUSY])
def test_a_batch_too_is_sent_again_with_the_same_key(call: Call, trouble: bytes) -> None:
    with server(trouble, reply({"results": [prediction()]})) as site:
        assert call(site.url, "predict_batch", [HOUSE])[0].id == ID
    first, again = (asked.headers["idempotency-key"] for asked in site.received)
    assert first == again


def test_a_token_whose_secret_was_lost_on_the_way_is_not_made_twice(call: Call) -> None:
    shown = refusal("409 Conflict", "secret_shown_once")
    with server(CUT, shown) as site, pytest.raises(ApiError) as lost:
        call(site.url, "create_token", "laptop")
    assert lost.value.code == "secret_shown_once"
    assert len({asked.headers["idempotency-key"] for asked in site.received}) == 1


def test_what_was_refused_for_now_is_sent_again_even_so(call: Call) -> None:
    with server(SOON, refusal("503 Service Unavailable", retry_after="0"), reply({"results": [prediction()]})) as site:
        assert call(site.url, "predict_batch", [HOUSE])[0].id == ID
    assert len(site.received) == 3


def test_an_answer_that_never_came_to_a_deletion_is_found_again(call: Call) -> None:
    with server(CUT, refusal("404 Not Found", "not_found")) as site:
        call(site.url, "delete_prediction", ID)
    with server(refusal("404 Not Found", "not_found")) as site, pytest.raises(ApiError, match=r"No\.") as missing:
        call(site.url, "delete_prediction", ID)
    assert missing.value.status == 404
    with server(SOON, refusal("404 Not Found", "not_found")) as site, pytest.raises(ApiError):
        call(site.url, "delete_prediction", ID)


@pytest.mark.parametrize("after", ["1", "Sat, 01 Jan 2050 00:00:00 GMT"])
def test_retry_after_is_honoured_or_the_error_raised(call: Call, after: str) -> None:
    with server(refusal("429 Too Many Requests", retry_after=after), reply(prediction())) as site:
        started = time.monotonic()
        if after == "1":
            call(site.url, "prediction", ID)
            assert time.monotonic() - started >= 1
        else:
            with pytest.raises(ApiError) as far:
                call(site.url, "prediction", ID)
            assert far.value.retry_after > 30_000_000  # type: ignore[operator]
            assert time.monotonic() - started < 5


def test_a_quota_that_is_used_up_is_not_waited_for(call: Call) -> None:
    with server(refusal("429 Too Many Requests", "rate_limited", "Delete some first.")) as site, pytest.raises(ApiError) as full:
        call(site.url, "predict", HOUSE)
    assert (full.value.code, full.value.status, str(full.value)) == ("rate_limited", 429, "Delete some first.")
    assert len(site.received) == 1


def test_the_attempts_are_limited(call: Call) -> None:
    with server(*[BUSY] * 9) as site, pytest.raises(ApiError) as busy:
        call(site.url, "prediction", ID)
    assert busy.value.status == 503
    assert len(site.received) == QUICK.attempts


def test_nobody_there_is_said_with_the_address() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with Client(url, token=SECRET, retries=QUICK) as client, pytest.raises(ServerUnreachable, match=url) as away:
        client.create_token("laptop")
    assert away.value.sent is False


def test_pauses_double_vary_and_end() -> None:
    retries = Retries(attempts=20, first=1, longest=10)
    for attempt, most in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (15, 10)):
        pauses = [retries.pause(attempt, None) or 0 for _ in range(200)]
        assert most / 2 <= min(pauses) < max(pauses) <= most
    assert retries.pause(20, None) is None
    assert 10 <= (retries.pause(1, 10) or 0) <= 10.1
    assert retries.pause(1, 10.5) is None


def test_the_token_stands_in_no_log_and_no_text(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with server(CUT, refusal("503 Service Unavailable", message="later"), refusal("401 Unauthorized")) as site:
        with pytest.raises(ApiError) as refused:
            call(site.url, "prediction", ID)
        with Client(site.url, token=SECRET) as client:
            assert SECRET not in repr(vars(client))
    assert {asked.headers["authorization"] for asked in site.received} == {f"Bearer {SECRET}"}
    assert "again in" in caplog.text.lower()
    assert SECRET not in caplog.text + repr(refused.value) + str(refused.value)
