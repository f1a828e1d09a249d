"""Being given samples, known answers, and figures, against a server that says what it is told."""

from __future__ import annotations

import json

import pytest

from doodle_client.command_line import main
from tests.clients.calling import Call
from tests.clients.scripted import ID, IMAGE_ID, refusal, reply, server
from tests.clients.workshop import DETAIL, HEALTH, reviewer, sample

CHANGED = {**DETAIL, "opinions": 2}


def test_the_next_one_is_a_sample_or_none(call: Call) -> None:
    with server(reply(sample(opinions=1, opinions_needed=2)), reply(status="204 No Content")) as site:
        found = call(site.url, "next_sample", classifier="mine", min_probability=0.1)
        assert (found.id, found.opinions, found.opinions_needed, found.probability) == (ID, 1, 2, 0.01)
        assert call(site.url, "next_sample", after=found.id) is None
    assert [one.method for one in site.received] == ["POST", "POST"]
    assert [one.query for one in site.received] == [{"classifier": ["mine"], "min_probability": ["0.1"]}, {"after": [ID]}]


def test_a_classifiers_health_is_read_to_its_parts(call: Call) -> None:
    with server(reply(HEALTH)) as site:
        health = call(site.url, "classifier_health", "mine")
    assert site.received[0].path == "/api/v1/classifiers/mine/health/"
    assert (health.balance.largest[0].samples, health.quality.changed.high, health.quality.expected) == (5, 0.2, None)
    assert (health.quality.often_wrong[0].changed.low, health.overlap.pairs[0].other) == (0.0, "dog")
    assert (health.drift.found, health.drift.shifts[0].answered) == (False, 0.5)


def test_how_it_is_reviewed_is_changed_by_what_is_given(call: Call) -> None:
    with server(*[reply(CHANGED)] * 2) as site:
        assert call(site.url, "change_classifier", "mine", opinions=2).opinions == 2
        call(site.url, "change_classifier", "mine", known_share=0)
    assert [json.loads(one.body) for one in site.received] == [{"opinions": 2}, {"known_share": 0}]
    assert {one.method for one in site.received} == {"PATCH"}


def test_an_image_is_known_or_no_longer(call: Call) -> None:
    known = {"image": IMAGE_ID, "classifier": "mine", "label": "cat", "known": False}
    with server(reply(known)) as site:
        assert call(site.url, "mark_known", IMAGE_ID, classifier="mine", known=False).label == "cat"
    assert json.loads(site.received[0].body) == {"classifier": "mine", "known": False}


def test_reviewers_come_as_they_are_listed(call: Call) -> None:
    untried = reviewer(name="rob", tried=0, right=0, rightness=None, kappa=None)
    with server(reply({"of_last": 20000, "reviewers": [reviewer(), untried]})) as site:
        rita, rob = call(site.url, "reviewers")
    assert (rita.name, rita.right, rita.rightness.low, rob.rightness, rob.kappa) == ("rita", 18, 0.7, None, None)


def test_the_commands_say_it_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    figures = reply({"of_last": 20000, "reviewers": [reviewer(), reviewer(name="rob", with_others=None, tried=0)]})
    with server(
        reply(sample(opinions=1, opinions_needed=2)), reply(status="204 No Content"), reply(HEALTH), reply(CHANGED), figures
    ) as site:
        arguments = ["next", "--classifier", "mine", "--max-probability", "0.2"]
        assert main(["--url", site.url, *arguments]) == 0
        assert main(["--url", site.url, "next", "--after", ID]) == 1
        assert main(["--url", site.url, "health", "mine"]) == 0
        assert main(["--url", site.url, "change", "mine", "--opinions", "2"]) == 0
        assert main(["--url", site.url, "reviewers"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{IMAGE_ID}  mine: labelled cat; the model says dog 0.93 (new, disputed, 1 of 2 opinions)",
        "Even.", "Good.", "More.", "Little.", "None.",
        "mine  opinions: 2, known: 0 %",
        "rita  decided 9, others agreed with 3 of 4; 10 opinions, 90% as decided; known answers right: 18 of 20",
        "rob  decided 9, others agreed with 3 of 4",
    ]  # fmt: skip
    assert "Nothing is left" in said.err
    assert site.received[0].query == {"classifier": ["mine"], "max_probability": ["0.2"]}


def test_a_refusal_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with server(refusal("400 Bad Request", "bad_reviewing", "1 to 5 opinions can decide a sample; 9 cannot.")) as site:
        assert main(["--url", site.url, "change", "mine", "--opinions", "9"]) == 2
    assert capsys.readouterr().err == "doodle: 1 to 5 opinions can decide a sample; 9 cannot.\n"
