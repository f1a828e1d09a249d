"""Reviewing, making classifiers, training and promoting, against a server that says what it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from doodle_client import ApiError, BadInput, NotTrained, ServerUnreachable, TrainingFailed, waiting
from tests.clients.calling import Call
from tests.clients.scripted import ID, IMAGE_ID, page, refusal, reply, server
from tests.clients.workshop import CHANGE, CLASSIFIER, DETAIL, REVIEW, VERSION, run, sample, shadow, whole_run
from tests.factories import HOUSE, picture

CUT = b""


def test_a_verdict_is_taken_back_once_however_often_it_is_sent(call: Call) -> None:
    undone = {**REVIEW, "verdict": "undone", "label": None, "undoes": IMAGE_ID}
    with server(CUT, reply(undone, "201 Created")) as site:
        assert call(site.url, "undo_review", IMAGE_ID).undoes == IMAGE_ID
    assert {asked.path for asked in site.received} == {f"/api/v1/reviews/{IMAGE_ID}/undo/"}
    assert len({asked.headers["idempotency-key"] for asked in site.received}) == 1


def test_the_queue_comes_page_by_page_with_what_a_verdict_needs(call: Call) -> None:
    onward = "/api/v1/review/queue/?cursor=abc"
    with server(page(sample(), onward=onward), page(sample(word=None, label=None, suspicion=None))) as site:
        disputed, plain = call(site.url, "queue", classifier="mine", disputed=True, version=ID)
    assert site.received[0].query == {"classifier": ["mine"], "disputed": ["true"], "version": [ID]}
    assert site.received[1].query == {**site.received[0].query, "cursor": ["abc"]}
    assert (disputed.image.id, disputed.seen, disputed.word.label) == (IMAGE_ID, "7", "dog")
    assert disputed.changed_at == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert (plain.word, plain.label, plain.suspicion) == (None, None, None)


def test_classifiers_are_listed_and_made(call: Call) -> None:
    with server(page(CLASSIFIER), reply(DETAIL, "201 Created")) as site:
        (listed,) = call(site.url, "classifiers")
        made = call(site.url, "create_classifier", "mine", "Mine", kind="drawing", labels=("cat", "dog"))
    assert (listed.slug, listed.kind, made.slug, made.labels) == ("mine", "drawing", "mine", ("cat", "dog"))
    assert json.loads(site.received[1].body)["labels"] == ["cat", "dog"]


def test_labels_are_read_and_changed_whatever_they_are_called(call: Call) -> None:
    tiger = {"position": 2, "name": "tiger"}
    answers = [reply(DETAIL), reply(tiger, "201 Created"), reply(tiger), reply(CHANGE), page(CHANGE)]
    with server(*answers) as site:
        assert call(site.url, "classifier", "mine").waiting_labels == ("dog",)
        assert call(site.url, "add_label", "mine", "tiger").position == 2
        assert call(site.url, "rename_label", "mine", "black/white cat", "tiger").name == "tiger"
        assert call(site.url, "merge_labels", "mine", "50%", "dog").samples == 14
        (change,) = call(site.url, "label_changes", "mine")
    assert change.created_at == datetime(2026, 1, 31, 8, tzinfo=UTC)
    paths = [asked.path.removeprefix("/api/v1/classifiers/mine/") for asked in site.received]
    assert paths == ["", "labels/", "labels/black%2Fwhite%20cat/", "labels/50%25/merge/", "label-changes/"]
    assert [json.loads(asked.body) for asked in site.received[1:4]] == [{"name": "tiger"}, {"name": "tiger"}, {"into": "dog"}]


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_label_that_is_none_is_never_sent(call: Call, name: str) -> None:
    with server() as site, pytest.raises(BadInput, match="is no label"):
        call(site.url, "rename_label", "mine", name, "tiger")
    assert site.received == []


def test_a_label_that_may_have_got_its_name_is_not_renamed_again(call: Call) -> None:
    with server(CUT, CUT) as site, pytest.raises(ServerUnreachable) as cut:
        call(site.url, "rename_label", "mine", "cat", "kitten")
    assert (len(site.received), cut.value.sent) == (1, True)


def test_a_sample_is_a_picture_with_its_label(call: Call) -> None:
    with server(*[reply(sample(state="accepted"), "201 Created")] * 2) as site:
        assert call(site.url, "add_sample", "mine", HOUSE, "cat", key="once").state == "accepted"
        call(site.url, "add_sample", "mine", picture(40), "cat")
    drawn, uploaded = site.received
    assert drawn.path == uploaded.path == "/api/v1/classifiers/mine/samples/"
    assert (json.loads(drawn.body), drawn.headers["idempotency-key"]) == ({"label": "cat", "strokes": HOUSE}, "once")
    assert b'name="label"' in uploaded.body
    assert picture(40) in uploaded.body


def test_what_to_label_next_comes_with_what_a_verdict_needs(call: Call) -> None:
    row = {"image": sample()["image"], "guesses": [{"label": "cat", "probability": 0.5}], "margin": 0.1, "seen": "new::0"}
    with server(reply({"results": [row]})) as site:
        (one,) = call(site.url, "next_to_label", "mine", count=7)
    assert (site.received[0].path, site.received[0].query) == ("/api/v1/classifiers/mine/next-to-label/", {"count": ["7"]})
    assert (one.image.id, one.guesses[0].label, one.margin, one.seen) == (IMAGE_ID, "cat", 0.1, "new::0")


@pytest.mark.parametrize("slug", ["", "../users", "a b", "über"])
def test_a_slug_that_is_none_is_never_sent(call: Call, slug: str) -> None:
    with server() as site, pytest.raises(BadInput, match="is no classifier's slug"):
        call(site.url, "add_sample", slug, HOUSE, "cat")
    assert site.received == []


def test_an_id_that_is_none_is_never_sent(call: Call) -> None:
    with server() as site:
        for name in (
            "undo_review",
            "training_run",
            "cancel_training",
            "promote",
            "roll_back",
            "shadow",
            "unshadow",
            "shadow_report",
        ):
            with pytest.raises(BadInput, match="is no id"):
                call(site.url, name, "../users")
    assert site.received == []


def test_training_is_asked_for_once_and_watched_to_its_end(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "ASK_AGAIN_S", 0.01)
    with server(CUT, reply(whole_run(), "202 Accepted"), reply(whole_run("running")), reply(whole_run("succeeded"))) as site:
        done = call(site.url, "train", "mine", recipe="people", from_nothing=True, wait=60)
    assert (done.model_version, done.history, done.pending) == (ID, ({"loss": 0.5},), False)
    assert [one.method for one in site.received] == ["POST", "POST", "GET", "GET"]
    assert json.loads(site.received[1].body) == {"classifier": "mine", "recipe": "people", "from_nothing": True}
    assert site.received[0].headers["idempotency-key"] == site.received[1].headers["idempotency-key"]


def test_without_waiting_a_run_comes_as_it_stands(call: Call) -> None:
    with server(reply(whole_run(), "202 Accepted"), reply(whole_run("failed"))) as site:
        assert call(site.url, "train", "mine").pending
        assert call(site.url, "training_run", ID).status == "failed"
    assert json.loads(site.received[0].body) == {"classifier": "mine"}


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_without_a_version_is_an_error_with_the_run(call: Call, status: str) -> None:
    stopped = reply(whole_run(status, reason="The disk is full."))
    with server(stopped) as site, pytest.raises(TrainingFailed, match=r"The disk is full\.") as error:
        call(site.url, "training_run", ID, wait=5)
    assert (error.value.code, error.value.run.id) == (status, ID)


def test_a_run_that_goes_on_when_the_time_is_over_is_an_error_too(call: Call) -> None:
    with server(*[reply(whole_run("running"))] * 2) as site, pytest.raises(NotTrained, match=r"running, 25% done") as late:
        call(site.url, "training_run", ID, wait=0.05)
    assert late.value.run.id == ID


def test_runs_are_listed_and_cancelled(call: Call) -> None:
    with server(page(run("running")), reply(whole_run("cancelled"))) as site:
        (listed,) = call(site.url, "training_runs", classifier="mine", status="running")
        assert call(site.url, "cancel_training", listed.id).status == "cancelled"
    assert site.received[0].query == {"classifier": ["mine"], "status": ["running"]}
    assert site.received[1].path == f"/api/v1/training-runs/{ID}/cancel/"


def test_versions_are_listed_promoted_and_taken_back(call: Call) -> None:
    live = reply({**VERSION, "stage": "live", "card": {"labels": ["cat"]}})
    with server(page(VERSION), live, live, live) as site:
        (listed,) = call(site.url, "model_versions", classifier="mine", stage="candidate")
        assert call(site.url, "promote", listed.id, note="By hand.").card == {"labels": ["cat"]}
        call(site.url, "promote", listed.id)
        assert call(site.url, "roll_back", listed.id).stage == "live"
    assert site.received[0].query == {"classifier": ["mine"], "stage": ["candidate"]}
    assert json.loads(site.received[1].body) == {"note": "By hand."}
    assert [asked.path.split(ID)[1] for asked in site.received[1:]] == ["/promote/", "/promote/", "/roll-back/"]


def test_a_candidate_answers_unseen_and_where_it_differs_is_told(call: Call) -> None:
    with server(reply(shadow(asked=0, differing=0, pairs=[], speed=None, pictures=[])), *[reply(shadow())] * 2) as site:
        begun = call(site.url, "shadow", ID)
        report = call(site.url, "shadow_report", ID)
        call(site.url, "unshadow", ID)
    assert (begun.asked, begun.speed, begun.shadows_since) == (0, None, datetime(2026, 1, 31, 8, tzinfo=UTC))
    assert (report.differing, report.pairs[0].shadow, report.speed.times) == (2, "dog", 2.5)
    assert (report.pictures[0].image.id, report.pictures[0].live) == (IMAGE_ID, "cat")
    path = f"/api/v1/model-versions/{ID}/"
    asked = [(one.method, one.path.removeprefix(path)) for one in site.received]
    assert asked == [("POST", "shadow/"), ("GET", "shadow/"), ("POST", "unshadow/")]


def test_what_may_have_been_done_and_has_no_key_is_not_sent_again(call: Call) -> None:
    for name in ("promote", "roll_back", "cancel_training", "shadow", "unshadow"):
        with server(CUT, CUT) as site, pytest.raises(ServerUnreachable) as cut:
            call(site.url, name, ID)
        assert (len(site.received), cut.value.sent) == (1, True)


def test_the_gate_is_told_in_the_words_of_the_site(call: Call) -> None:
    closed = refusal("409 Conflict", "gate_not_passed", "It is worse than the live one.")
    with server(closed) as site, pytest.raises(ApiError, match="worse") as refused:
        call(site.url, "promote", ID)
    assert refused.value.code == "gate_not_passed"
