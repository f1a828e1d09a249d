"""`doodle`, by its main(), against a server that says what it is told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from doodle_client import credentials
from doodle_client.command_line import main
from tests.clients.scripted import ID, IMAGE_ID, page, prediction, refusal, reply, server
from tests.clients.workshop import REVIEW
from tests.factories import HOUSE, picture

CUT = b""
TOKEN = {
    "id": ID,
    "name": "laptop",
    "scopes": ["read"],
    "created_at": "2026-01-31T08:00:00Z",
    "expires_at": None,
    "last_used_at": None,
}


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_predict_prints_a_line_for_a_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(picture(40))
    with server(reply(prediction())) as site:
        assert main(["--url", site.url, "predict", str(tmp_path / "cat.png")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'cat.png'}: house 75.0 %, barn 20.0 %\n"


def test_predict_takes_many_in_their_order_and_says_which_failed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(picture(40))
    names = [str(tmp_path / "cat.png"), str(tmp_path / "missing.png"), "https://example.com/a.png"]
    with server(reply({"results": [prediction(unsure=True), prediction()]})) as site:
        assert main(["--url", site.url, "predict", *names, "--classifier", "photo"]) == 1
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == f"{names[0]}: not sure, perhaps house 75.0 %, barn 20.0 %"
    assert "No such file" in second
    assert third == f"{names[2]}: house 75.0 %, barn 20.0 %"
    assert {item["classifier"] for item in json.loads(site.received[0].body)["items"]} == {"photo"}


def test_predict_prints_json_lines_as_the_site_has_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    refused = {"error": {"code": "bad_strokes", "message": "No ink.", "fields": {}}}
    with server(reply({"results": [prediction(), refused]})) as site:
        assert main(["--url", site.url, "predict", "--json", "http://a.example/a.png", "http://a.example/b.png"]) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert set(first) == set(prediction())
    assert first["guesses"] == prediction()["guesses"]
    assert second == refused


@pytest.mark.parametrize("strokes", [False, True])
def test_predict_reads_a_picture_or_strokes_from_stdin(monkeypatch: pytest.MonkeyPatch, strokes: bool) -> None:
    piped(monkeypatch, json.dumps(HOUSE).encode() if strokes else picture(40))
    with server(reply(prediction())) as site:
        assert main(["--url", site.url, "predict", "-"]) == 0
    asked = site.received[0]
    assert json.loads(asked.body)["strokes"] == HOUSE if strokes else picture(40) in asked.body


def test_history_hands_filters_on_and_writes_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    with server(page(prediction(corrected_label="barn"), prediction("queued"))) as site:
        given = ["--label", "house", "--since", "2026-01-31T08:00+00:00", "--min-probability", "0.5", "--csv"]
        assert main(["--url", site.url, "history", *given]) == 0
    assert set(site.received[0].query) == {"label", "from", "min_probability"}
    answered, queued = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (answered["id"], answered["label"], answered["probability"], answered["corrected_label"]) == (
        ID,
        "house",
        "0.75",
        "barn",
    )
    assert (queued["status"], queued["label"], queued["finished_at"]) == ("queued", "", "")


def test_history_as_text_and_json_up_to_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    with server(page(*[prediction()] * 3), page(prediction())) as site:
        assert main(["--url", site.url, "history", "--limit", "2"]) == 0
        assert main(["--url", site.url, "history", "--json"]) == 0
    *lines, data = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert ID in lines[0]
    assert "house 75.0 %" in lines[0]
    assert json.loads(data)["id"] == ID


def test_show_keeps_the_pictures_where_it_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\x89PNG"
    with server(reply(prediction()), file, file, reply(prediction()), reply(prediction()), file) as site:
        shown = main(["--url", site.url, "show", ID, "--picture", str(tmp_path / "a.png"), "--seen", str(tmp_path / "b.png")])
        assert shown == main(["--url", site.url, "show", ID, "--json"]) == 0
        assert main(["--url", site.url, "show", ID, "--seen", str(tmp_path)]) == 2
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes() == b"\x89PNG"
    said = capsys.readouterr()
    assert "256 × 256" in said.out
    assert json.loads(said.out.splitlines()[-1])["image"]["id"] == IMAGE_ID
    assert "cannot be written" in said.err


def test_delete_and_review(capsys: pytest.CaptureFixture[str]) -> None:
    gone = reply(None, "204 No Content")
    with server(gone, gone, reply(prediction()), reply(REVIEW, "201 Created")) as site:
        assert main(["delete", "--url", site.url, ID, ID]) == 0
        assert main(["--url", site.url, "review", ID, "corrected", "barn"]) == 0
    assert [asked.method for asked in site.received] == ["DELETE", "DELETE", "GET", "POST"]
    assert site.received[3].path == f"/api/v1/images/{IMAGE_ID}/reviews/"
    assert json.loads(site.received[3].body) == {"classifier": "doodle", "verdict": "corrected", "label": "barn"}
    assert capsys.readouterr().out == "corrected: barn\n"


def test_login_keeps_a_token_and_shows_it_nowhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    piped(monkeypatch, b"a long enough secret\n")
    made = reply({**TOKEN, "token": "doodle_made"}, "201 Created")
    with server(made, reply(prediction())) as site:
        assert main(["--url", site.url, "login", "--username", "ada", "--name", "laptop"]) == 0
        assert main(["show", ID]) == 0
        assert credentials.token_for(site.url) == "doodle_made"
        assert main(["logout"]) == 0
        assert credentials.token_for(site.url) is None
    assert site.received[0].headers["authorization"].startswith("Basic ")
    assert site.received[1].headers["authorization"] == "Bearer doodle_made"
    said = capsys.readouterr()
    assert "doodle_made" not in said.out + said.err
    assert "a long enough secret" not in said.out + said.err


def test_login_with_a_token_tries_it_first(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with server(refusal("401 Unauthorized", "authentication_failed", "Revoked."), page()) as site:
        for status in (2, 0):
            piped(monkeypatch, b"doodle_given\n")
            assert main(["--url", site.url, "login", "--with-token"]) == status
            assert (credentials.token_for(site.url) is None) == (status == 2)
    said = capsys.readouterr()
    assert "Revoked." in said.err
    assert "doodle_given" not in said.out + said.err


def test_tokens_are_listed_made_and_revoked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    made = reply({**TOKEN, "token": "doodle_made"}, "201 Created")
    with server(page(TOKEN), made, reply(None, "204 No Content")) as site:
        url = ["--url", site.url, "tokens"]
        assert main([*url, "list"]) == 0
        assert "laptop: read; expires never" in capsys.readouterr().out
        piped(monkeypatch, b"secret\n")
        given = ["laptop", "--scope", "read", "--scope", "predict", "--days", "7", "--username", "ada"]
        assert main([*url, "create", *given]) == 0
        assert capsys.readouterr().out == "doodle_made\n"
        assert main([*url, "revoke", ID]) == 0
    body = json.loads(site.received[1].body)
    assert body["scopes"] == ["read", "predict"]
    assert body["expires_at"]


@pytest.mark.parametrize(("arguments", "words"), [
    (["show", "../users"], "is no id"),
    (["--url", "nonsense", "history"], "is no site's URL"),
    (["predict", "missing.png"], "No such file"),
    (["login", "--username", "ada"], "pipe it in"),
    (["login"], "--username"),
])  # fmt: skip
def test_what_cannot_be_is_a_sentence_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    piped(monkeypatch, b"")
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [
    [], ["tokens"], ["predict"], ["predict", "a.png", "--wait", "-1"], ["predict", "a.png", "--wait", "nan"],
    ["history", "--since", "yesterday"], ["history", "--csv", "--json"], ["history", "--limit", "-1"],
    ["history", "--corrected", "maybe"], ["review", ID, "wrong"],
])  # fmt: skip
def test_wrong_options_are_explained(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: doodle" in capsys.readouterr().err


def test_without_a_token_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with server(refusal("401 Unauthorized", "not_authenticated", "No credentials.")) as site:
        assert main(["--url", site.url, "history"]) == 2
    assert capsys.readouterr().err == "doodle: No credentials. Run doodle login, or set DOODLE_TOKEN.\n"
