"""Joining artifacts into one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import catalog
from classifier.ml.datasets.examples import PictureExamples
from classifier.ml.handover import Card
from tests.ml.commanding import Run, assert_refused
from tests.ml.test_datasets import write_cifar10

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]
SMALL: dict[str, Any] = {
    "network_options": {"widths": [4, 8, 8]},
    "epochs": 1,
    "batch_size": 16,
    "precision": "float32",
    "validation_share": 0.3,
}
TINY = replace(catalog.RECIPES["photo-plain"], name="photo", **SMALL)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two small networks of other seeds, trained on the same pictures."""
    from classifier.ml import training

    root = tmp_path_factory.mktemp("pair")
    write_cifar10(root, 12)
    artifacts = root / "one", root / "two"
    for seed, artifact in enumerate(artifacts):
        training.train(replace(TINY, seed=seed), root, artifact)
    return artifacts


def test_the_joined_answer_is_the_mean_of_the_logits(run: Run, pair: tuple[Path, Path], tmp_path: Path) -> None:
    from classifier.ml.inference import Recognizer

    assert run("join", *pair, "--data", pair[0].parent, "--out", tmp_path / "both").code == 0
    examples: PictureExamples = catalog.find(catalog.DATASETS, "cifar10")(pair[0].parent)
    one, two, both = (Recognizer(folder) for folder in (*pair, tmp_path / "both"))
    mean = (np.log(one.probabilities(examples.pixels)) + np.log(two.probabilities(examples.pixels))) / 2
    logits = np.log(both.probabilities(examples.pixels)) * both.card.temperature
    assert np.allclose(mean - mean[:, :1], logits - logits[:, :1], atol=0.02)  # the weights are stored in half precision
    assert [one["recipe"]["seed"] for one in both.card.trained["members"]] == [0, 1]
    assert (tmp_path / "both" / "model.weights.h5").stat().st_size < sum(
        (one / "model.weights.h5").stat().st_size for one in pair
    )


def test_a_recipe_that_joins_others_trains_them_first(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from classifier.ml import ensembling

    for seed, name in enumerate(("one", "two")):
        monkeypatch.setitem(catalog.RECIPES, name, replace(TINY, name=name, seed=seed))
    both = replace(TINY, joins=("one", "two"))
    card = ensembling.train(both, pair[0].parent, tmp_path / "both")
    assert [member["recipe"]["name"] for member in card.trained["members"]] == ["one", "two"]
    assert card.name == "photo"
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "both" / "members").rglob("*.h5")}
    assert ensembling.train(both, pair[0].parent, tmp_path / "both").metrics == card.metrics
    assert written == {path: path.stat().st_mtime_ns for path in (tmp_path / "both" / "members").rglob("*.h5")}
    with pytest.raises(ValueError, match=r"start from nothing\. Train one of one, two"):
        ensembling.train(both, pair[0].parent, tmp_path / "both", start=pair[0])


def test_networks_that_answer_otherwise_are_refused(run: Run, pair: tuple[Path, Path], tmp_path: Path) -> None:
    doodle = catalog.PRETRAINED / "doodle"
    others = tmp_path / "others"
    shutil.copytree(pair[1], others)
    card = Card.load(others)
    replace(card, trained={**card.trained, "data_sha256": "0"}).save(others)
    for other, said in ((doodle, "other labels"), (others, "trained on other data")):
        assert_refused(run("join", pair[0], other, "--data", pair[0].parent, "--out", tmp_path / "both"), said)
    assert not (tmp_path / "both").exists()
