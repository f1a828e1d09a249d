"""Bodies that mean harm: JSON that a database would choke on, charsets that are none. Each is a 400 and leaves nothing behind."""

from __future__ import annotations

import io
import json
from contextlib import closing
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from classifier.api.parsers import StrictJSONParser
from classifier.models import Classifier, Image, Prediction, User

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"
DRAWN = b'"strokes": [[[0, 9], [0, 9]]]'
DRAWN_TEXT = '{"strokes": [[[0, 9], [0, 9]]]}'


@pytest.fixture(autouse=True)
def _classifier(doodle: Classifier) -> None:
    """All ask the same one."""


JSON = {
    "too large for a float": b'{"strokes": [[[1e400, 1], [0, 1]]]}',
    "too small for a float": b'{"strokes": [[[-1e400, 1], [0, 1]]]}',
    "10,000 digits": b'{"strokes": [[[%s, 1], [0, 1]]]}' % (b"1" * 10_000),
    "301 digits, unread": b'{%s, "x": %s}' % (DRAWN, b"9" * 301),
    "too large, unread": b'{%s, "x": [{"y": 1e400}]}' % DRAWN,
    "NaN, unread": b'{%s, "x": NaN}' % DRAWN,
    "infinity, unread": b'{%s, "x": -Infinity}' % DRAWN,
    "a number for a name": b'{"classifier": 1e400, %s}' % DRAWN,
    "a list for a name": b'{"classifier": ["doodle"], %s}' % DRAWN,
    "names twice": b'{"classifier": "doodle", "classifier": "photo", %s}' % DRAWN,
    "names twice, deep": b'{%s, "x": [{"a": 1, "a": 1}]}' % DRAWN,
    "lone surrogate": b'{%s, "x": "\\ud800"}' % DRAWN,
    "lone surrogate as a name": b'{%s, "\\udfff": 1}' % DRAWN,
    "NUL": b'{%s, "x": "\\u0000"}' % DRAWN,
    "NUL as a name": b'{%s, "\\u0000": 1}' % DRAWN,
    "NUL, raw": b'{%s, "x": "\x00"}' % DRAWN,
    "NUL behind": b"{%s}\x00" % DRAWN,
    "21 levels": b'{%s, "x": %s}' % (DRAWN, b"[" * 21 + b"]" * 21),
    "a million levels": b'{%s, "x": %s}' % (DRAWN, b"[" * 990_000),
    "a million objects": b'{"a":' * 900_000,
    "many values": b'{%s, "x": [%s1]}' % (DRAWN, b"1," * 1_000_001),
    "trailing text": b"{%s} x" % DRAWN,
    "a byte order mark": b"\xef\xbb\xbf{%s}" % DRAWN,
    "UTF-16": DRAWN_TEXT.encode("utf-16"),
    "UTF-16, no mark": DRAWN_TEXT.encode("utf-16-le"),
    "UTF-32": DRAWN_TEXT.encode("utf-32"),
    "Latin-1": '{"classifier": "é"}'.encode("latin-1"),
    "strokes as text, too large": b'{"strokes": "[[[0, 1e400], [0, 9]]]"}',
    "strokes as text, deep": b'{"strokes": "%s"}' % (b"[" * 100_000),
    "strokes as text, digits": b'{"strokes": "[[[0, %s], [0, 9]]]"}' % (b"9" * 10_000),
    "an address with a surrogate": b'{"image_url": "http://example.com/\\ud800"}',
}


@pytest.mark.parametrize("body", JSON.values(), ids=JSON.keys())
def test_harmful_json_is_a_400_and_leaves_nothing_behind(api: APIClient, body: bytes) -> None:
    answer = api.post(PREDICTIONS, body, content_type="application/json")
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert set(error) == {"code", "message", "fields"}
    assert "x" not in error["fields"]  # it is refused for what stands in it
    assert not Prediction.objects.exists()
    assert not Image.objects.exists()
    assert api.get(PREDICTIONS).json()["results"] == []


def test_what_is_wrong_with_a_number_or_a_name_is_said(api: APIClient) -> None:
    for name, words in (("10,000 digits", "300 digits"), ("too large, unread", "finite"), ("names twice", "same name twice")):
        message = api.post(PREDICTIONS, JSON[name], content_type="application/json").json()["error"]["message"]
        assert words in message
        assert "sys." not in message


ODD = {
    "no digits after": b'{"strokes": [[[-0, 1e1], [0.0, 5e-324]]]}',
    "a long fraction": b'{"strokes": [[[0.%s, 1], [0, 1]]]}' % (b"1" * 5_000),
    "the largest numbers": b'{"strokes": [[[1.7e308, -1.7e308], [1.7e308, -1.7e308]]]}',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_odd_json_that_harms_nobody_is_taken(api: APIClient, body: bytes) -> None:
    assert api.post(PREDICTIONS, body, content_type="application/json").status_code == 202
    assert len(api.get(PREDICTIONS).json()["results"]) == 1


@pytest.mark.parametrize("body", [b'"\\ud83d\\ude00"', b"[" * 20 + b"]" * 20, b'[{"a": 1}, {"a": 1}]'])
def test_what_only_looks_harmful_is_read_as_it_stands(body: bytes) -> None:
    assert StrictJSONParser().parse(io.BytesIO(body)) == json.loads(body)


def test_people_cannot_be_made_of_harmful_names(anonymous: APIClient) -> None:
    for name in (b'"a\\u0000"', b'"\\ud800"', b'"a", "username": "b"', b"1e400", b"[[]]"):
        body = b'{"email": "a@example.com", "password": "a long enough secret", "username": %s}' % name
        assert anonymous.post("/api/v1/users/", body, content_type="application/json").status_code == 400
    assert not User.objects.exists()


def form(value: bytes = b"[[[0, 9], [0, 9]]]") -> bytes:
    return b'--B\r\nContent-Disposition: form-data; name="strokes"\r\n\r\n%s\r\n--B--\r\n' % value


CHARSETS = ["bz2_codec", "undefined", "idna", "utf-16", "utf-7", "cp037", "unicode_escape", "rot13", "no-such", "é"]
KINDS = {"multipart/form-data; boundary=B": form(), "application/json": DRAWN_TEXT.encode(), "text/plain": b"x"}


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", [PREDICTIONS, "/recognize", "/", "/accounts/login/"])
def test_text_comes_as_utf_8_or_not_at_all(api: APIClient, client: Client, path: str, kind: str, charset: str) -> None:
    caller = api if path == PREDICTIONS else client
    answer = caller.generic("POST", path, KINDS[kind].decode(), content_type=f"{kind}; charset={charset}")
    assert answer.status_code == 400
    assert not Prediction.objects.exists()
    if path in (PREDICTIONS, "/recognize"):
        assert answer.json()["error"]["code"] == "bad_charset"


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "utf8", "us-ascii", ""])
def test_utf_8_has_several_names(api: APIClient, charset: str) -> None:
    kinds = [kind for kind in KINDS if kind != "text/plain"]
    for kind in kinds:
        assert (
            api.generic("POST", PREDICTIONS, KINDS[kind].decode(), content_type=f"{kind}; charset={charset}").status_code == 202
        )
    assert Prediction.objects.count() == len(kinds)


def test_a_charset_with_nul_breaks_nothing() -> None:
    """Called as a server calls it: Django's test client would not come as far."""
    from doodle_site.wsgi import application

    statuses: list[str] = []

    def start_response(status: str, headers: Any) -> None:
        statuses.append(status)

    for path in ("/recognize", "/"):
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_TYPE": "application/json; charset*=utf-8''%00",
            "CONTENT_LENGTH": "2",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(b"{}"),
        }
        with closing(application(environ, start_response)) as answer:  # a place among those that work is held until then
            assert b"".join(answer)
    assert statuses == ["415 Unsupported Media Type", "403 Forbidden"]
