"""`python -m classifier.ml package`: what is packaged answers as the site does, without the site's code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml.catalog import PRETRAINED
from classifier.ml.handover import INPUTS, Card
from tests.factories import photo
from tests.ml.commanding import Run, assert_refused
from tests.ml.conftest import loaded
from tests.ml.drawn import ARTIFACT

keras_own = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


@keras_own
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["doodle", "photo"])
def test_the_package_answers_as_the_site_does(run: Run, tmp_path: Path, name: str) -> None:
    import keras

    packed = run("package", PRETRAINED / name, "--out", tmp_path / f"{name}.zip").json
    with zipfile.ZipFile(packed["file"]) as archive:
        assert sorted(archive.namelist()) == ["card.json", "example.py", "labels.txt", "model.keras"]
        assert archive.read("labels.txt").decode().splitlines() == list(Card.load(PRETRAINED / name).labels)
        archive.extractall(tmp_path)
    recognizer: Any = loaded(PRETRAINED / name)
    form = INPUTS[recognizer.card.input]
    pictures = np.random.default_rng(1).integers(0, 256, (3, *form.shape), dtype=np.uint8)
    answered = keras.saving.load_model(tmp_path / "model.keras").predict(pictures.astype(np.float32), verbose=0)
    assert np.abs(answered - recognizer.probabilities(pictures)).max() < 1e-4


@keras_own
@pytest.mark.tensorflow
def test_its_example_runs_beside_it_with_nothing_of_ours(run: Run, tmp_path: Path) -> None:
    run("package", PRETRAINED / "photo", "--out", tmp_path / "photo.zip")
    with zipfile.ZipFile(tmp_path / "photo.zip") as archive:
        archive.extractall(tmp_path)
    (tmp_path / "picture.png").write_bytes(photo())
    command = [sys.executable, "-P", "example.py", "picture.png"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] in Card.load(PRETRAINED / "photo").labels for line in done.stdout.splitlines()] == [True] * 3


def test_what_cannot_be_packaged_is_refused(run: Run, tmp_path: Path) -> None:
    assert_refused(run("package", tmp_path / "none", "--out", tmp_path / "a.zip"), "There is no artifact")
    assert_refused(run("package", ARTIFACT, "--out", tmp_path / "none" / "a.zip"), "There is no folder")
    sequence = tmp_path / "sequence"
    sequence.mkdir()
    card = Card.load(ARTIFACT)
    (sequence / card.weights_file).write_bytes((ARTIFACT / card.weights_file).read_bytes())
    replace(card, input="sequence").save(sequence)
    assert_refused(run("package", sequence, "--out", tmp_path / "a.zip"), "reads the strokes of a drawing")
