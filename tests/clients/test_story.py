"""A person with the client, and one with the command line, on the whole site."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from doodle_client import ApiError, BadInput, Client, NewToken, Prediction
from doodle_client.command_line import main
from tests.clients.calling import Call
from tests.clients.conftest import new_account, new_token
from tests.clients.test_command_line import piped
from tests.factories import HOUSE, PASSWORD, picture
from tests.running import ROOT, Site

pytestmark = pytest.mark.tensorflow
CLIENT = ROOT / "clients" / "python"


@pytest.fixture
def token(site: Site) -> str:
    return new_token(site)


@pytest.fixture
def client(site: Site, token: str) -> Client:
    return Client(site.url, token=token)


def test_from_a_picture_to_the_end_of_its_history(site: Site, token: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "house.png").write_bytes(picture(300))
    asked = call(site.url, "predict", tmp_path / "house.png", token=token)
    assert (asked.status, len(asked.guesses), asked.image.source) == ("succeeded", 3, "upload")
    drawn = call(site.url, "predict", HOUSE, token=token, key="once")
    assert call(site.url, "predict", HOUSE, token=token, key="once") == drawn
    assert [one.id for one in call(site.url, "history", token=token, page_size=1)] == [drawn.id, asked.id]
    assert [one.id for one in call(site.url, "history", token=token, source="upload")] == [asked.id]
    assert call(site.url, "history", token=token, since=drawn.created_at) == [drawn]
    assert call(site.url, "history_page", token=token, until=asked.created_at).results == (asked,)
    assert call(site.url, "prediction", asked.id, token=token) == asked
    assert call(site.url, "image", asked.image.id, token=token) == asked.image
    assert call(site.url, "picture", asked.image.id, token=token)[:4] in (b"\x89PNG", b"RIFF")
    assert call(site.url, "seen", asked.image.id, token=token).startswith(b"\x89PNG")
    call(site.url, "delete_prediction", asked.id, token=token)
    call(site.url, "delete_image", drawn.image.id, token=token)
    with pytest.raises(ApiError) as gone:
        call(site.url, "image", asked.image.id, token=token)
    assert (gone.value.status, gone.value.code) == (404, "not_found")
    assert call(site.url, "history", token=token) == []


def test_a_hundred_at_once_come_back_in_their_order(site: Site, token: str, call: Call) -> None:
    drawings = [[[[0, 255], [0, step]]] for step in range(1, 101)]
    *answered, refused, missing = call(site.url, "predict_batch", [*drawings, [], "missing.png"], token=token)
    assert {one.status for one in answered} == {"succeeded"}
    listed = [one.id for one in call(site.url, "history", token=token)]
    assert [one.id for one in answered] == listed[::-1]
    assert isinstance(refused, ApiError)
    assert refused.code == "bad_strokes"
    assert isinstance(missing, BadInput)


def test_a_bad_picture_and_a_missing_classifier_are_refused(site: Site, token: str, call: Call) -> None:
    with pytest.raises(ApiError) as text:
        call(site.url, "predict", b"I am a text", token=token)
    assert (text.value.status, text.value.code) == (415, "unsupported_image")
    with pytest.raises(ApiError, match="no-such") as missing:
        call(site.url, "predict", HOUSE, classifier="no-such", token=token)
    assert list(missing.value.fields) == ["classifier"]
    with pytest.raises(ApiError) as unknown:
        call(site.url, "predict", HOUSE, token="doodle_unknown")
    assert unknown.value.status == 401


def test_tokens_are_made_limited_and_revoked(site: Site) -> None:
    with Client(site.url, password=(new_account(site), PASSWORD)) as person:
        made = person.create_token("reader", scopes=["read"])
        assert isinstance(made, NewToken)
        assert made.token not in repr(made)
        assert [one.id for one in person.tokens()] == [made.id]
        with Client(site.url, token=made.token) as reader:
            assert list(reader.history()) == []
            with pytest.raises(ApiError) as beyond:
                reader.predict(HOUSE)
            assert beyond.value.status == 403
            person.revoke_token(made.id)
            with pytest.raises(ApiError) as revoked:
                list(reader.history())
            assert revoked.value.status == 401


def test_a_verdict_is_kept_with_the_image(site: Site, token: str, call: Call) -> None:
    asked = call(site.url, "predict", HOUSE, token=token)
    said = call(site.url, "review", asked.image.id, "corrected", label="barn", reason="a wide door", token=token)
    assert (said.verdict, said.label, said.image, said.reason) == ("corrected", "barn", asked.image.id, "a wide door")
    assert call(site.url, "review", asked.image.id, "corrected", label="barn", reason="a wide door", token=token).id == said.id
    assert [one.id for one in call(site.url, "reviews", asked.image.id, token=token)] == [said.id]
    assert call(site.url, "prediction", asked.id, token=token).corrected_label == "barn"
    with pytest.raises(ApiError) as refused:
        call(site.url, "review", asked.image.id, "corrected", label="no such thing", token=token)
    assert refused.value.status == 400


def test_an_answer_is_explained_once_a_worker_has_looked(site: Site, token: str, call: Call) -> None:
    asked = call(site.url, "predict", HOUSE, token=token)
    found = call(site.url, "explanation", asked.image.id, prediction=asked.id, token=token, wait=60)
    assert (found.prediction, found.label, found.error) == (asked.id, asked.best.label, None)
    assert found.sentence.startswith(f"Nearest example: {found.nearest[0].label}")
    second = asked.guesses[1].label
    assert call(site.url, "heatmap", asked.image.id, label=second, token=token, wait=60).startswith(b"\x89PNG")
    with pytest.raises(ApiError) as unknown:
        call(site.url, "heatmap", asked.image.id, label="no such thing", token=token)
    assert (unknown.value.code, list(unknown.value.fields)) == ("unknown_label", ["label"])


def test_the_command_line_from_login_to_deletion(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def said(*arguments: str) -> str:
        assert main(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    (tmp_path / "house.png").write_bytes(picture(300))
    (tmp_path / "house.json").write_text(json.dumps(HOUSE))
    piped(monkeypatch, f"{PASSWORD}\n".encode())
    said("--url", site.url, "login", "--username", new_account(site))
    assert "%" in said("predict", str(tmp_path / "house.png"))
    both = said("predict", "--json", str(tmp_path / "house.png"), str(tmp_path / "house.json"))
    assert {json.loads(line)["status"] for line in both.splitlines()} == {"succeeded"}
    ids = [json.loads(line)["id"] for line in said("history", "--json").splitlines()]
    assert len(ids) == 3
    assert len(said("history", "--csv", "--source", "upload").splitlines()) == 3
    assert ids[0] in said("show", ids[0], "--picture", str(tmp_path / "kept.png"))
    assert (tmp_path / "kept.png").stat().st_size
    assert "corrected: barn" in said("review", ids[0], "corrected", "barn")
    assert "doodle on" in said("tokens", "list")
    said("delete", *ids)
    assert said("history") == ""


@pytest.mark.parametrize(("name", "arguments", "words"), [
    ("ask.py", ["house.png"], "%  "),
    ("sort_a_folder.py", ["."], "    1  "),
    ("ask_async.py", [], "a house in one stroke: "),
])  # fmt: skip
def test_the_examples_run(site: Site, token: str, tmp_path: Path, name: str, arguments: list[str], words: str) -> None:
    (tmp_path / "house.png").write_bytes(picture(300))
    environment = {**os.environ, "DOODLE_URL": site.url, "DOODLE_TOKEN": token, "PYTHONPATH": str(CLIENT / "src")}
    command = [sys.executable, str(CLIENT / "examples" / name), *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert words in done.stdout


def test_every_example_is_among_them() -> None:
    tested = test_the_examples_run.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {name for name, *_ in tested} == {path.name for path in (CLIENT / "examples").glob("*.py")}


def test_reading_stops_quietly_when_nobody_listens(site: Site, token: str, client: Client) -> None:
    with client:
        assert isinstance(client.predict(HOUSE), Prediction)
    environment = {**os.environ, "DOODLE_URL": site.url, "DOODLE_TOKEN": token, "PYTHONPATH": str(CLIENT / "src")}
    command = [sys.executable, "-m", "doodle_client", "history", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        assert listing.stdout
        assert listing.stderr
        listing.stdout.close()
        assert listing.stderr.read() == b""
    assert listing.returncode == 1
