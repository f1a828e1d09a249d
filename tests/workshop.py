"""What a maintainer's program does: make a classifier, fill it, have it trained, ask it. And what trains meanwhile."""

from __future__ import annotations

import random
import uuid
from pathlib import Path
from typing import Any

from tests.running import PASSWORD, Caller, Site

MAINTAINER = """
from classifier.models import User
from django.contrib.auth.models import Group
User.objects.get(username={name!r}).groups.add(Group.objects.get(name="maintainers"))
"""
CONTRARY = """
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from classifier.ml.catalog import PRETRAINED
from classifier.ml.handover import Card
from classifier.models import Classifier, ModelVersion

with TemporaryDirectory() as folder:
    artifact = Path(folder) / "contrary"
    shutil.copytree(PRETRAINED / "doodle", artifact)
    card = Card.load(artifact)
    replace(card, labels=(*card.labels[1:], card.labels[0])).save(artifact)
    print(ModelVersion.objects.take_in(Classifier.objects.get(slug="doodle"), artifact).pk)
"""
EACH = 12
SECONDS = 300  # twenty where nothing else wants the processors
SHAPES: dict[str, list[tuple[float, float]]] = {
    "triangle": [(0, 255), (128, 0), (255, 255), (0, 255)],
    "line": [(0, 0), (60, 20), (255, 60)],
    "square": [(0, 0), (255, 0), (255, 255), (0, 255), (0, 0)],
}


class Maintainer(Caller):
    """Its token may train."""

    def __init__(self, site: Site) -> None:
        self.name = f"mary-{uuid.uuid4().hex[:6]}"
        super().__init__(site, self.name)
        self.site = site
        site.manage("shell", "-c", MAINTAINER.format(name=self.name))
        token = self.post("/api/v1/tokens/", json={"name": "train"}, auth=(self.name, PASSWORD)).raise_for_status().json()
        self.headers["Authorization"] = f"Bearer {token['token']}"

    def make_classifier(self, each: int = EACH) -> str:
        """The slug of a new one with so many pictures of each shape."""
        slug, chance = f"shapes-{uuid.uuid4().hex[:6]}", random.Random(1)
        made = {"slug": slug, "title": "Shapes", "kind": "drawing", "labels": list(SHAPES)}
        self.post("/api/v1/classifiers/", json=made).raise_for_status()
        for label in [label for label in SHAPES for _ in range(each)]:
            sample = {"strokes": drawn(label, chance), "label": label}
            self.post(f"/api/v1/classifiers/{slug}/samples/", json=sample).raise_for_status()
        return slug

    def start_training(self, slug: str) -> str:
        """Where to look at the run."""
        answer = self.post("/api/v1/training-runs/", json={"classifier": slug}).raise_for_status()
        return answer.headers["Location"]

    def promote(self, run: dict[str, Any]) -> None:
        """What came of a run; two of the same pictures are not told apart by so few, hence the note."""
        path = f"/api/v1/model-versions/{run['model_version']}/promote/"
        self.post(path, json={"note": "These are few."}).raise_for_status()

    def wait_for_end(self, run: str) -> dict[str, Any]:
        self.site.wait_until(lambda: self.get(run).json()["status"] not in ("queued", "running"), SECONDS)
        found: dict[str, Any] = self.get(run).json()
        return found

    def ask(self, slug: str, label: str) -> dict[str, Any]:
        return self.ask_about(slug, drawn(label, random.Random(2)))

    def ask_about(self, slug: str, strokes: list[list[list[float]]]) -> dict[str, Any]:
        picture = {"strokes": strokes, "classifier": slug}
        answer: dict[str, Any] = self.post("/api/v1/predictions/?wait=30", json=picture).raise_for_status().json()
        return answer


def contrary_candidate(site: Site) -> str:
    """The id of a candidate of doodle: the bundled network, but it says the label that comes after the bundled one's."""
    return site.manage("shell", "-c", CONTRARY).split()[-1]


def drawn(label: str, chance: random.Random) -> list[list[list[float]]]:
    """The shape as somebody might draw it."""
    return shaken(SHAPES[label], chance)


def shaken(points: list[tuple[float, float]], chance: random.Random) -> list[list[list[float]]]:
    moved = [(x + chance.uniform(-25, 25), y + chance.uniform(-25, 25)) for x, y in points]
    return [[[x for x, _ in moved], [y for _, y in moved]]]


def training_processes(trainer: int) -> list[int]:
    """Those that train for a worker, which may have others measure beside them. Looks in /proc."""
    found = Path(f"/proc/{trainer}/task").glob("*/children")
    pids = [int(pid) for children in found for pid in children.read_text().split()]
    return [pid for pid in pids if b"retrain" in Path(f"/proc/{pid}/cmdline").read_bytes()]
