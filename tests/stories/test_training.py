"""A classifier that exists by HTTP alone: made, filled, trained, promoted and asked, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.running import Site
from tests.workshop import SECONDS, SHAPES, Maintainer, training_processes

pytestmark = pytest.mark.tensorflow


def test_a_classifier_is_made_trained_promoted_and_asked_over_http_alone(mary: Maintainer) -> None:
    slug = mary.make_classifier()
    run = mary.wait_for_end(mary.start_training(slug))
    assert (run["status"], run["progress"], run["epoch"]) == ("succeeded", 1, len(run["history"])), run
    versions = mary.get("/api/v1/model-versions/", params={"classifier": slug}).json()["results"]
    assert [(version["id"], version["stage"]) for version in versions] == [(run["model_version"], "candidate")]
    test = mary.get(f"/api/v1/model-versions/{run['model_version']}/").json()["card"]["metrics"]["test"]
    assert test["accuracy"] > 0.6
    mary.promote(run)
    for label in SHAPES:
        answer = mary.ask(slug, label)
        assert (answer["status"], answer["model_version"]) == ("succeeded", run["model_version"])
        assert answer["guesses"][0]["label"] == label


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_a_killed_training_goes_on_and_the_live_version_stays_whole(workshop: Site, mary: Maintainer) -> None:
    run = mary.start_training(mary.make_classifier())
    workshop.wait_until(lambda: mary.get(run).json()["epoch"] >= 1, SECONDS)
    (training,) = training_processes(workshop.workers[-1].pid)
    os.kill(training, signal.SIGKILL)
    assert mary.ask("doodle", "square")["status"] == "succeeded"
    found = mary.wait_for_end(run)
    assert (found["status"], found["epoch"]) == ("succeeded", found["epochs"]), found
    assert training not in training_processes(workshop.workers[-1].pid)
