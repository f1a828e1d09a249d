"""Which site the client calls, and with which token."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from doodle_client import BadInput, Client, credentials
from tests.clients.scripted import ID, prediction, reply, server


def token_sent(url: str | None = None, **options: str) -> str | None:
    with server(reply(prediction())) as site, Client(url or site.url, **options) as client:  # type: ignore[arg-type]
        client.prediction(ID)
        return site.received[0].headers.get("authorization")


def test_an_argument_goes_before_the_environment_and_that_before_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().url == "http://127.0.0.1:8000"
    credentials.keep("https://kept.example", "doodle_kept")
    assert Client().url == "https://kept.example"
    monkeypatch.setenv("DOODLE_URL", "https://environment.example/doodles/")
    assert Client().url == "https://environment.example/doodles"
    assert Client("https://argument.example").url == "https://argument.example"
    assert token_sent() is None
    monkeypatch.setenv("DOODLE_TOKEN", "doodle_environment\n")
    assert token_sent() == "Bearer doodle_environment"
    assert token_sent(token="doodle_argument") == "Bearer doodle_argument"


def test_a_kept_token_goes_to_its_own_site_only() -> None:
    with server(reply(prediction()), reply(prediction())) as site:
        credentials.keep("https://other.example", "doodle_other")
        with Client(site.url) as client:
            client.prediction(ID)
        credentials.keep(site.url, "doodle_here")
        with Client(site.url) as client:
            client.prediction(ID)
        sent = [asked.headers.get("authorization") for asked in site.received]
    assert sent == [None, "Bearer doodle_here"]


def test_a_password_goes_before_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOODLE_TOKEN", "doodle_environment")
    with server(reply(prediction())) as site, Client(site.url, password=("ada", "secret")) as client:
        client.prediction(ID)
        assert site.received[0].headers["authorization"].startswith("Basic ")


def test_only_its_owner_can_read_the_file(home: Path) -> None:
    credentials.keep("https://a.example", "doodle_a")
    credentials.keep("https://b.example", "doodle_b")
    path = home / "config" / "doodle" / "credentials.json"
    assert credentials.path() == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
    assert (credentials.last_site(), credentials.token_for("https://a.example")) == ("https://b.example", "doodle_a")
    assert credentials.forget("https://b.example")
    assert not credentials.forget("https://b.example")
    assert (credentials.last_site(), json.loads(path.read_text())["tokens"]) == (None, {"https://a.example": "doodle_a"})


def test_without_xdg_the_file_is_under_the_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("HOME", str(home))
    for given in ("", "relative/folder"):
        monkeypatch.setenv("XDG_CONFIG_HOME", given)
        assert credentials.path() == home / ".config" / "doodle" / "credentials.json"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"last": null, "tokens": 7}'])
def test_a_file_that_is_damaged_is_named(content: str) -> None:
    credentials.keep("https://a.example", "doodle_a")
    credentials.path().write_text(content)
    with pytest.raises(BadInput, match=r"credentials\.json cannot be read.*doodle login"):
        Client()


def test_a_folder_that_cannot_be_written_is_named(home: Path) -> None:
    (home / "config").write_text("a file")
    with pytest.raises(BadInput, match="cannot be"):
        credentials.keep("https://a.example", "doodle_a")


@pytest.mark.parametrize(
    "url", ["doodles.example", "ftp://a.example", "http://", "http://[", "https://u:p@a.example", "http://a/?b=c"]
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match=r"Give one such as"):
        Client(url)


@pytest.mark.parametrize("token", ["doodle_ä", "doodle_a b", "doodle_\nX-Evil: 1", "Bearer doodle_a"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(BadInput) as refused:
        Client("https://a.example", token=token)
    assert token not in str(refused.value)
