"""`doodle` for reviewers and maintainers, against a server that says what it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from doodle_client.command_line import main
from tests.clients.scripted import ID, IMAGE_ID, page, refusal, reply, server
from tests.clients.workshop import CLASSIFIER, REVIEW, VERSION, sample, whole_run


def test_classifiers_and_versions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    damaged = {**VERSION, "stage": "live", "damage": "No weights."}
    with server(page(CLASSIFIER), page(VERSION, damaged)) as site:
        assert main(["--url", site.url, "classifiers"]) == 0
        assert main(["--url", site.url, "versions", "mine"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mine  drawing: Mine",
        f"{ID}  mine 2: candidate, promoted never",
        f"{ID}  mine 2: live, promoted never; damaged: No weights.",
    ]
    assert site.received[1].query == {"classifier": ["mine"]}


def test_the_queue_says_what_to_look_at_and_review_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    with server(page(sample(), sample(doubt="", reason="", label=None)), reply(REVIEW, "201 Created")) as site:
        assert main(["--url", site.url, "queue", "--classifier", "mine", "--reason", "disputed"]) == 0
        assert main(["--url", site.url, "review", IMAGE_ID, "corrected", "barn", "--classifier", "mine", "--seen", "7"]) == 0
    doubted, bare, judged = capsys.readouterr().out.splitlines()
    assert doubted == f"{IMAGE_ID}  mine: labelled cat; the model says dog 0.93 (new, disputed)"
    assert bare == f"{IMAGE_ID}  mine: no label (new)"
    assert judged == "corrected: barn"
    assert site.received[0].query == {"classifier": ["mine"], "reason": ["disputed"]}
    assert json.loads(site.received[1].body) == {"classifier": "mine", "verdict": "corrected", "label": "barn", "seen": "7"}


def test_the_queue_ends_where_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with server(page(sample(), sample())) as site:
        assert main(["--url", site.url, "queue", "--limit", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_train_says_how_far_it_is_and_what_came_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with server(reply(whole_run(), "202 Accepted"), reply(whole_run("succeeded", progress=1.0))) as site:
        assert main(["--url", site.url, "train", "mine"]) == 0
        assert main(["--url", site.url, "train", "mine", "--recipe", "people", "--from-nothing", "--wait", "9"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{ID}  mine: queued, 25% done"
    assert second == f"{ID}  mine: succeeded, 100% done; version {ID}, a candidate"
    assert json.loads(site.received[1].body) == {"classifier": "mine", "recipe": "people", "from_nothing": True}


def test_promote_sends_its_note_and_tells_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    live = reply({**VERSION, "stage": "live", "promoted_at": VERSION["created_at"], "card": {}})
    closed = refusal("409 Conflict", "gate_not_passed", "It is worse. Give a note.")
    with server(closed, live) as site:
        assert main(["--url", site.url, "promote", ID]) == 2
        assert main(["--url", site.url, "promote", ID, "--note", "The test set is old."]) == 0
    said = capsys.readouterr()
    assert said.err == "doodle: It is worse. Give a note.\n"
    assert said.out.startswith(f"{ID}  mine 2: live, promoted 2026-01-31")
    assert json.loads(site.received[1].body) == {"note": "The test set is old."}


@pytest.mark.parametrize(("arguments", "answer"), [
    (["classifiers"], CLASSIFIER), (["versions", "mine"], VERSION), (["queue"], sample()),
    (["train", "mine"], whole_run()), (["promote", ID], {**VERSION, "card": {"labels": ["cat"]}}),
])  # fmt: skip
def test_json_has_every_field_as_the_site_spells_it(
    capsys: pytest.CaptureFixture[str], arguments: list[str], answer: dict[str, Any]
) -> None:
    with server(reply(answer) if arguments[0] in ("train", "promote") else page(answer)) as site:
        assert main(["--url", site.url, *arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.keys() == answer.keys()
    assert {name: value for name, value in printed.items() if not name.endswith("_at")} == {
        name: value for name, value in answer.items() if not name.endswith("_at")
    }
