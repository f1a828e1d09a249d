"""`doodle` for reviewers and maintainers, against a server that says what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from doodle_client.command_line import main
from tests.clients.scripted import ID, IMAGE_ID, page, refusal, reply, server
from tests.clients.workshop import CHANGE, CLASSIFIER, DETAIL, REVIEW, VERSION, sample, whole_run
from tests.factories import HOUSE

LISTING = ("classifiers", "versions", "queue", "labels")


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


def test_labels_are_listed_and_changed_and_a_merge_wants_to_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    label = reply({"position": 2, "name": "tiger"})
    added, renamed = {**CHANGE, "kind": "added", "old": "", "new": "tiger"}, {**CHANGE, "kind": "renamed"}
    with server(reply(DETAIL), label, label, reply({**CHANGE, "samples": 1}), page(CHANGE, renamed, added)) as site:
        labels = ["--url", site.url, "labels"]
        assert main([*labels, "list", "mine"]) == 0
        assert main([*labels, "add", "mine", "tiger"]) == 0
        assert main([*labels, "rename", "mine", "cat", "tiger"]) == 0
        assert main([*labels, "merge", "mine", "cat", "dog"]) == 2
        assert main([*labels, "merge", "mine", "cat", "dog", "--yes"]) == 0
        assert main([*labels, "changes", "mine"]) == 0
    said = capsys.readouterr()
    assert said.err == "doodle: A merge cannot be undone. Nothing was done: say --yes if you are sure.\n"
    listed, changes = said.out.splitlines()[:5], [line.partition("  ")[2] for line in said.out.splitlines()[5:]]
    assert listed == ["cat", "dog  (waits for the next training run)", "tiger", "tiger", "merged cat into dog, 1 sample"]
    assert changes == ["merged cat into dog, 14 samples", "renamed cat to dog", "added tiger"]
    assert len(site.received) == 5


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


def test_roll_back_says_what_is_live_now(capsys: pytest.CaptureFixture[str]) -> None:
    earlier = {**VERSION, "name": "mine 1", "stage": "live", "card": {}}
    with server(reply(earlier), refusal("409 Conflict", "cannot_roll_back", "There is no earlier version.")) as site:
        assert main(["--url", site.url, "roll-back", ID]) == 0
        assert main(["--url", site.url, "roll-back", ID]) == 2
    said = capsys.readouterr()
    assert said.out == f"{ID}  mine 1: live, promoted never\n"
    assert said.err == "doodle: There is no earlier version.\n"
    assert (site.received[0].method, site.received[0].path) == ("POST", f"/api/v1/model-versions/{ID}/roll-back/")


def test_a_classifier_is_made_and_shown_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drawings = [tmp_path / "a.json", tmp_path / "b.json"]
    for drawing in drawings:
        drawing.write_text(json.dumps(HOUSE))
    made = {**DETAIL, "labels": ["cat", "dog"]}
    taken = reply(sample(), "201 Created")
    with server(reply(made, "201 Created"), taken, taken) as site:
        assert main(["--url", site.url, "create-classifier", "mine", "cat", "dog", "--title", "Mine"]) == 0
        assert main(["--url", site.url, "add-sample", "mine", "cat", *map(str, drawings)]) == 0
    assert json.loads(site.received[0].body) == {
        "slug": "mine", "title": "Mine", "kind": "drawing", "labels": ["cat", "dog"],
    }  # fmt: skip
    assert [json.loads(one.body) for one in site.received[1:]] == [{"label": "cat", "strokes": HOUSE}] * 2
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "mine  drawing: Mine"
    assert others == [f"{drawing}: cat ({IMAGE_ID})" for drawing in drawings]


def test_add_sample_ends_at_what_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drawing = tmp_path / "a.json"
    drawing.write_text(json.dumps(HOUSE))
    with server(refusal("400 Bad Request", "unknown_label", "There is no such label.")) as site:
        assert main(["--url", site.url, "add-sample", "mine", "cow", str(drawing), "missing.png"]) == 2
    assert "There is no such label." in capsys.readouterr().err
    assert len(site.received) == 1


@pytest.mark.parametrize(("arguments", "answer"), [
    (["classifiers"], CLASSIFIER), (["versions", "mine"], VERSION), (["queue"], sample()),
    (["labels", "changes", "mine"], CHANGE),
    (["train", "mine"], whole_run()), (["promote", ID], {**VERSION, "card": {"labels": ["cat"]}}),
    (["roll-back", ID], {**VERSION, "card": {}}),
    (["create-classifier", "mine", "cat", "dog"], DETAIL),
])  # fmt: skip
def test_json_has_every_field_as_the_site_spells_it(
    capsys: pytest.CaptureFixture[str], arguments: list[str], answer: dict[str, Any]
) -> None:
    with server(reply(answer) if arguments[0] not in LISTING else page(answer)) as site:
        assert main(["--url", site.url, *arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.keys() == answer.keys()
    assert {name: value for name, value in printed.items() if not name.endswith("_at")} == {
        name: value for name, value in answer.items() if not name.endswith("_at")
    }
