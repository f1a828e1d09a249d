from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from classifier.actions.register_version import register_version
from classifier.ml.catalog import PRETRAINED
from classifier.ml.handover import BadCard, Card, sha256_of
from classifier.models import Classifier, ModelVersion
from classifier.models.versions import Stage

pytestmark = pytest.mark.django_db


def artifact(folder: Path, weights: bytes = b"weights", **fields: Any) -> Path:
    """A whole artifact, but for weights that mean something."""
    folder.mkdir()
    (folder / "model.weights.h5").write_bytes(weights)
    bundled = asdict(Card.load(PRETRAINED / "doodle"))
    own = {"weights_file": "model.weights.h5", "weights_sha256": sha256_of(folder / "model.weights.h5"), "labels": ("cat", "dog")}
    Card(**{**bundled, **own, "examples_sha256": None, **fields}).save(folder)
    return folder


def test_registering_makes_the_classifier_and_goes_live(tmp_path: Path) -> None:
    version, is_new = register_version(artifact=artifact(tmp_path / "a"))
    assert is_new
    version.refresh_from_db()
    assert (version.stage, version.number, str(version)) == (Stage.LIVE, 1, "doodle 1")
    assert list(Classifier.objects.get().labels.values_list("name", flat=True)) == ["cat", "dog"]
    assert sha256_of(version.artifact / "card.json") == version.card_sha256


def test_registering_again_changes_nothing(tmp_path: Path) -> None:
    folder = artifact(tmp_path / "a")
    first, _ = register_version(artifact=folder)
    again, is_new = register_version(artifact=folder)
    assert (again, is_new) == (first, False)
    assert ModelVersion.objects.count() == 1


def test_a_newer_bundled_network_takes_over_and_the_old_one_stays_whole(tmp_path: Path) -> None:
    first, _ = register_version(artifact=artifact(tmp_path / "a"))
    second, _ = register_version(artifact=artifact(tmp_path / "b", b"better"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stage, second.stage, second.number) == (Stage.RETIRED, Stage.LIVE, 2)
    assert (first.artifact / "model.weights.h5").read_bytes() == b"weights"


def test_a_version_that_people_made_is_not_pushed_aside(tmp_path: Path) -> None:
    own, _ = register_version(artifact=artifact(tmp_path / "a"))
    ModelVersion.objects.update(bundled=False)
    bundled, _ = register_version(artifact=artifact(tmp_path / "b", b"other"))
    assert ModelVersion.objects.live_for(own.classifier) == own
    assert bundled.stage == Stage.CANDIDATE


def test_an_altered_artifact_is_refused(tmp_path: Path) -> None:
    folder = artifact(tmp_path / "a")
    (folder / "model.weights.h5").write_bytes(b"something else")
    with pytest.raises(BadCard, match="sha256"):
        register_version(artifact=folder)
    (folder / "card.json").write_text(json.dumps({"name": "x"}))
    with pytest.raises(BadCard, match="exactly the fields"):
        register_version(artifact=folder)
    assert not ModelVersion.objects.exists()


def test_the_bundled_network_knows_345_things() -> None:
    call_command("register_models", verbosity=0)
    version = ModelVersion.objects.get(classifier__slug="doodle")
    assert version.classifier.labels.count() == 345
    assert version.card["metrics"]["validation"]["accuracy"] >= 0.55
    assert all(file.stat().st_size < 10_000_000 for file in version.artifact.iterdir())
