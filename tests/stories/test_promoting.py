"""A maintainer lets another version answer and takes that back, while people go on asking real workers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.factories import HOUSE, PASSWORD
from tests.running import Caller, Site

pytestmark = pytest.mark.tensorflow
TAKEN_WITHIN_S = 10.0
PLANT = """
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from django.contrib.auth.models import Group
from classifier.ml.catalog import PRETRAINED
from classifier.ml.handover import Card
from classifier.models import Classifier, ModelVersion, User

User.objects.get(username={name!r}).groups.add(Group.objects.get(name="maintainers"))
with TemporaryDirectory() as folder:
    artifact = Path(folder) / "warmer"
    shutil.copytree(PRETRAINED / "doodle", artifact)
    replace(Card.load(artifact), temperature=3.0).save(artifact)
    print(ModelVersion.objects.take_in(Classifier.objects.get(slug="doodle"), artifact).pk)
"""


@pytest.fixture
def name() -> str:
    return f"mary-{uuid.uuid4().hex[:6]}"


@pytest.fixture
def person(site: Site, name: str) -> Iterator[Caller]:
    with closing(Caller(site, name)) as caller:
        yield caller


@pytest.fixture
def candidate(site: Site, person: Caller, name: str) -> str:
    """The bundled network, less sure of everything: its id. The person is made a maintainer."""
    return site.manage("shell", "-c", PLANT.format(name=name)).split()[-1]


@pytest.fixture
def maintainer(person: Caller, candidate: str, name: str) -> Caller:
    """With a token that may do what maintainers may."""
    made = person.post("/api/v1/tokens/", json={"name": "maintainer"}, auth=(name, PASSWORD)).raise_for_status()
    person.headers["Authorization"] = f"Bearer {made.json()['token']}"
    return person


def ask(caller: Caller) -> dict[str, Any]:
    answered: dict[str, Any] = caller.post("/api/v1/predictions/?wait=20", json={"strokes": HOUSE}).raise_for_status().json()
    assert answered["status"] == "succeeded", answered["error"]
    return answered


def ask_until(caller: Caller, version: str) -> dict[str, Any]:
    """The first answer by that version. All before it are answered, too."""
    deadline = time.monotonic() + TAKEN_WITHIN_S
    while (answered := ask(caller))["model_version"] != version:
        assert time.monotonic() < deadline, f"It was not taken within {TAKEN_WITHIN_S:.0f} s."
    return answered


def test_the_next_answers_are_the_new_versions_and_after_a_roll_back_the_old_ones_again(
    maintainer: Caller, candidate: str
) -> None:
    old = ask(maintainer)
    here = f"/api/v1/model-versions/{candidate}"
    refused = maintainer.post(f"{here}/promote/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "gate_closed")
    maintainer.post(f"{here}/promote/", json={"note": "To see it change."}).raise_for_status()
    new = ask_until(maintainer, candidate)
    assert new["guesses"][0]["label"] == old["guesses"][0]["label"]
    assert new["guesses"][0]["probability"] < old["guesses"][0]["probability"]
    maintainer.post(f"{here}/roll-back/").raise_for_status()
    again = ask_until(maintainer, old["model_version"])
    assert again["guesses"] == old["guesses"]
