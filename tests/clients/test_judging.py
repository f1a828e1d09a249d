"""Why an answer is what it is, and verdicts on many at once, against a server that says what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doodle_client import ApiError, BadInput, NotExplained, Sample
from doodle_client.command_line import main
from tests.clients.calling import Call
from tests.clients.scripted import ID, IMAGE_ID, prediction, refusal, reply, server
from tests.clients.test_command_line import piped
from tests.clients.workshop import REVIEW, sample

PNG = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\x89PNG"
NOW = {name: sample()[name] for name in ("id", "classifier", "state", "label", "word", "seen", "changed_at")}
JUDGED = {"together": ID, "reviews": [REVIEW], "stale": [NOW], "refused": [{"sample": ID, "message": "No such label."}]}


def explanation(status: str = "succeeded", **fields: Any) -> dict[str, Any]:
    theirs = {"id": IMAGE_ID, "url": f"/api/v1/images/{IMAGE_ID}/file/"}
    return {
        "prediction": ID, "label": "house", "status": status, "sentence": "Nearest example: house (0.91 alike).",
        "nearest": [
            {"label": "house", "alike": 0.91, "source": "dataset", "picture": "data:image/png;base64,iVBO", "image": None},
            {"label": "barn", "alike": 0.5, "source": "people", "picture": None, "image": theirs},
        ],
        "rival": {"label": "barn", "probability": 0.2, "alike": None}, "heatmap": "/api/v1/…", "error": None, **fields,
    }  # fmt: skip


def later(after: str = "0") -> bytes:
    made_later = explanation("queued", sentence=None, nearest=[], rival=None)
    return reply(made_later, "202 Accepted", retry_after=after)


def test_the_reasons_are_waited_for_and_read_to_their_parts(call: Call) -> None:
    with server(later(), reply(explanation())) as site:
        found = call(site.url, "explanation", IMAGE_ID, prediction=ID, label="house")
    assert (found.status, found.nearest[0].picture, found.nearest[1].image.id) == (
        "succeeded",
        "data:image/png;base64,iVBO",
        IMAGE_ID,
    )
    assert (found.rival.label, found.rival.alike, found.error) == ("barn", None, None)
    first, second = site.received
    assert (first.path, first.query) == (
        f"/api/v1/images/{IMAGE_ID}/explanation/", {"prediction": [ID], "label": ["house"], "wait": ["30"]},
    )  # fmt: skip
    assert second.query["label"] == ["house"]


def test_whoever_does_not_wait_sees_how_it_stands(call: Call) -> None:
    with server(later(), later()) as site:
        assert call(site.url, "explanation", IMAGE_ID, wait=0).status == "queued"
        with pytest.raises(NotExplained, match="house stays queued"):
            call(site.url, "heatmap", IMAGE_ID, wait=0)
    assert [one.query for one in site.received] == [{}, {}]


def test_the_time_to_wait_ends(call: Call) -> None:
    with server(later("9"), later()) as site, pytest.raises(NotExplained) as ended:
        call(site.url, "explanation", IMAGE_ID, wait=0.02)
    assert (ended.value.explanation.status, len(site.received)) == ("queued", 2)


def test_the_heat_map_is_a_picture_or_a_refusal(call: Call) -> None:
    broken = refusal("409 Conflict", "cannot_explain", "The picture could not be read.")
    with server(later(), PNG, broken) as site:
        assert call(site.url, "heatmap", IMAGE_ID, label="barn") == b"\x89PNG"
        with pytest.raises(ApiError, match="could not be read"):
            call(site.url, "heatmap", IMAGE_ID)
    assert site.received[1].path == f"/api/v1/images/{IMAGE_ID}/heatmap/"


def test_samples_are_judged_as_they_were_seen_and_taken_back(call: Call) -> None:
    with server(reply(JUDGED, "201 Created"), reply({"reviews": [REVIEW], "left": [REVIEW]}, "201 Created")) as site:
        judged = call(site.url, "review_batch", [Sample.of(sample()), IMAGE_ID], "corrected", label="barn")
        undone = call(site.url, "undo_review_batch", judged.together)
    assert (judged.reviews[0].label, judged.stale[0].word.label, judged.refused[0].message) == ("barn", "dog", "No such label.")
    assert (len(undone.reviews), undone.left[0].id) == (1, ID)
    given, taken_back = site.received
    assert json.loads(given.body) == {
        "samples": [{"id": ID, "seen": "7"}, {"id": IMAGE_ID}], "verdict": "corrected", "label": "barn",
    }  # fmt: skip
    assert taken_back.path == f"/api/v1/review/batch/{ID}/undo/"
    assert {"idempotency-key"} <= given.headers.keys() & taken_back.headers.keys()


def test_explain_says_it_and_keeps_the_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, failed = (
        tmp_path / "a.png",
        explanation("failed", error={"code": "cannot_explain", "message": "It is gone."}, nearest=[]),
    )
    with server(reply(prediction()), reply(explanation()), PNG, reply(explanation()), reply(failed)) as site:
        assert main(["--url", site.url, "explain", ID, "--heatmap", str(file)]) == 0
        assert main(["--url", site.url, "explain", IMAGE_ID, "--image", "--json"]) == 0
        assert main(["--url", site.url, "explain", IMAGE_ID, "--image", "--label", "house"]) == 1
    said, first, second, as_json, why_not = capsys.readouterr().out.splitlines()
    assert (said, first, second) == (
        "house: Nearest example: house (0.91 alike).", " 0.91  house, the data set", " 0.50  barn, people",
    )  # fmt: skip
    assert (json.loads(as_json), why_not, file.read_bytes()) == (explanation(), "house: It is gone.", b"\x89PNG")
    assert site.received[2].query["prediction"] == [ID]


def test_a_queue_is_judged_through_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    piped(monkeypatch, json.dumps(sample()).encode() + b"\n")
    with server(reply(JUDGED, "201 Created"), reply({"reviews": [REVIEW], "left": []}, "201 Created")) as site:
        assert main(["--url", site.url, "review-batch", "corrected", "-", IMAGE_ID, "--label", "barn"]) == 1
        assert main(["--url", site.url, "undo-batch", ID]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"1 judged; undo-batch {ID} takes it back",
        f"{ID}  stale: new, cat now",
        f"{ID}  refused: No such label.",
        "taken back: 1",
    ]
    assert json.loads(site.received[0].body)["samples"] == [{"id": ID, "seen": "7"}, {"id": IMAGE_ID}]


def test_what_is_piped_must_be_a_queue(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    piped(monkeypatch, b'{"id": "x"}\n')
    assert main(["review-batch", "confirmed", "-"]) == 2
    assert capsys.readouterr().err == "doodle: Line 1 on stdin is no sample. Pipe what queue --json writes.\n"


def test_a_sample_is_named_by_its_id(call: Call) -> None:
    with pytest.raises(BadInput, match="'x' is no id"):
        call("http://127.0.0.1:1", "review_batch", ["x"], "confirmed")


def test_an_answer_is_marked_as_known(capsys: pytest.CaptureFixture[str]) -> None:
    known = {"image": IMAGE_ID, "classifier": "mine", "label": "cat", "known": True}
    with server(reply(known), reply({**known, "known": False})) as site:
        assert main(["--url", site.url, "mark-known", IMAGE_ID, "--classifier", "mine"]) == 0
        assert main(["--url", site.url, "mark-known", IMAGE_ID, "--no-longer"]) == 0
    assert capsys.readouterr().out == "cat: known\ncat: not known\n"
    assert [json.loads(one.body) for one in site.received] == [
        {"classifier": "mine", "known": True}, {"classifier": "doodle", "known": False},
    ]  # fmt: skip
