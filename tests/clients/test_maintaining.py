"""A person who makes a classifier, fills it, has it trained and looks after versions, on the whole site."""

from __future__ import annotations

import json
import uuid

import pytest

from doodle_client import ApiError, Client
from doodle_client.command_line import main
from tests.clients.calling import Call
from tests.clients.conftest import new_account
from tests.factories import PASSWORD
from tests.running import Site

pytestmark = pytest.mark.tensorflow
PROMOTE_PERSON = """
from django.contrib.auth.models import Group
from classifier.models import User
User.objects.get(username={name!r}).groups.set(Group.objects.filter(name__in=["reviewers", "maintainers"]))
"""
FEWEST = 10  # pictures of each label, to be trained with


@pytest.fixture(scope="module")
def token(site: Site) -> str:
    """Of somebody who may review and maintain."""
    name = new_account(site)
    site.manage("shell", "-c", PROMOTE_PERSON.format(name=name))
    with Client(site.url, password=(name, PASSWORD)) as client:
        return client.create_token("maintainer").token


@pytest.fixture
def slug(site: Site, token: str) -> str:
    """A classifier with pictures enough to be trained."""
    found = f"mine-{uuid.uuid4().hex[:8]}"
    with Client(site.url, token=token) as client:
        made = client.create_classifier(found, "Mine", kind="drawing", labels=["high", "wide"])
        assert (made.slug, made.labels) == (found, ("high", "wide"))
        for step in range(FEWEST):
            client.add_sample(found, [[[0, 10 + step], [0, 255]]], "high")
            client.add_sample(found, [[[0, 255], [0, 10 + step]]], "wide")
    return found


def test_a_classifier_is_made_and_filled_and_its_training_stopped(site: Site, token: str, slug: str, call: Call) -> None:
    assert slug in [one.slug for one in call(site.url, "classifiers", token=token)]
    run = call(site.url, "train", slug, token=token)
    assert (run.status, run.classifier, run.history) == ("queued", slug, ())
    assert call(site.url, "train", slug, token=token).id == run.id
    assert [one.id for one in call(site.url, "training_runs", classifier=slug, token=token)] == [run.id]
    assert call(site.url, "cancel_training", run.id, token=token).status == "cancelled"
    assert call(site.url, "training_run", run.id, token=token).finished_at
    assert call(site.url, "training_runs", classifier=slug, status="queued", token=token) == []


def test_a_sample_is_found_in_the_queue_judged_and_the_verdict_taken_back(site: Site, token: str, slug: str, call: Call) -> None:
    samples = call(site.url, "queue", classifier=slug, state="all", page_size=7, token=token)
    assert len(samples) == 2 * FEWEST
    given = next(one for one in samples if one.label == "high")
    said = call(site.url, "review", given.image.id, "corrected", classifier=slug, label="wide", seen=given.seen, token=token)
    (judged,) = call(site.url, "queue", classifier=slug, state="corrected", token=token)
    assert (judged.image.id, judged.label, judged.seen) == (given.image.id, "wide", said.seen)
    with pytest.raises(ApiError) as stale:
        call(site.url, "review", given.image.id, "unusable", classifier=slug, seen=given.seen, token=token)
    assert stale.value.status == 409
    undone = call(site.url, "undo_review", said.id, token=token)
    assert (undone.verdict, undone.undoes, undone.new_state, undone.new_label) == ("undone", said.id, given.state, "high")


def test_many_are_judged_in_one_go_and_it_is_taken_back(site: Site, token: str, slug: str, call: Call) -> None:
    first, second, third = call(site.url, "queue", classifier=slug, state="all", token=token)[:3]
    call(site.url, "review", third.image.id, "unusable", classifier=slug, token=token)
    judged = call(site.url, "review_batch", [first, second.id, third], "unusable", reason="blurred", token=token)
    assert [one.new_state for one in judged.reviews] == ["excluded"] * 2
    assert [(one.id, one.state) for one in judged.stale] == [(third.id, "excluded")]
    undone = call(site.url, "undo_review_batch", judged.together, token=token)
    assert [one.new_label for one in undone.reviews] == [first.label, second.label]
    assert len(call(site.url, "queue", classifier=slug, state="excluded", token=token)) == 1


def test_the_version_that_is_live_and_the_first_stays(site: Site, token: str, call: Call) -> None:
    (live,) = call(site.url, "model_versions", classifier="doodle", stage="live", token=token)
    assert (live.bundled, live.damage) == (True, "")
    with pytest.raises(ApiError) as first:
        call(site.url, "roll_back", live.id, token=token)
    assert (first.value.status, first.value.code) == (409, "cannot_roll_back")
    promoted = call(site.url, "promote", live.id, note="Again.", token=token)
    assert (promoted.id, promoted.stage, promoted.promoted_at) == (live.id, "live", live.promoted_at)
    assert "house" in promoted.card["labels"]


def test_the_same_from_the_command_line(
    site: Site, token: str, slug: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        assert main(["--url", site.url, *arguments]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    monkeypatch.setenv("DOODLE_TOKEN", token)
    assert f"{slug}  drawing: Mine\n" in said("classifiers")
    assert f"{slug}: queued" in said("train", slug)
    assert json.loads(said("versions", "doodle", "--json").splitlines()[0])["stage"] == "live"
    (sample,) = map(json.loads, said("queue", "--classifier", slug, "--state", "all", "--limit", "1", "--json").splitlines())
    judged = said("review", sample["image"]["id"], "unusable", "--classifier", slug, "--seen", sample["seen"])
    assert judged == "unusable: no label\n"
    assert main(["--url", site.url, "promote", str(uuid.uuid4())]) == 2
