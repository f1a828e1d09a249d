"""From a frozen set to an artifact that says how good it is on pictures that nothing trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import catalog, strokes
from classifier.ml.datasets import frozen
from classifier.ml.handover import TEST, TRAIN, VALIDATION, BadManifest, Card, Manifest
from classifier.ml.neighbours import KeptExamples
from classifier.ml.recipes.people import DRAWINGS, FEW, PHOTOS, suited
from tests.ml.freezing import freeze

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
WORDS = [sample["word"] for sample in SAMPLES[:3]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three drawings, each twelve times, a little moved."""
    drawn = [strokes.render(strokes.parse(sample["drawing"])) for sample in SAMPLES[:3]]
    inputs = np.stack([np.roll(picture, copy % 4 - 2, axis=copy % 2) for picture in drawn for copy in range(12)])[..., None]
    freeze(
        tmp_path / "set", inputs, [word for word in WORDS for _ in range(12)], [TRAIN, TRAIN, TRAIN, VALIDATION, TEST, TRAIN] * 6
    )
    return tmp_path / "set"


def test_its_test_part_is_never_loaded_to_train_on(data: Path) -> None:
    assert len(frozen.load(data).labels) == 30
    unseen = frozen.load_test(data)
    assert [unseen.class_names[label] for label in unseen.labels] == [word for word in WORDS for _ in range(2)]


def test_pictures_that_were_altered_are_refused(data: Path) -> None:
    np.savez_compressed(data / "pictures.npz", inputs=np.zeros((36, 28, 28, 1), np.uint8))
    with pytest.raises(BadManifest, match="Freeze the set again"):
        frozen.load(data)
    (data / "pictures.npz").write_bytes(b"no archive")
    with pytest.raises(BadManifest, match="cannot be read"):
        frozen.load_test(data)


def test_few_drawings_teach_only_the_head_of_a_network_that_knows_others() -> None:
    assert suited(DRAWINGS, 60, started=True).head_only
    assert not suited(DRAWINGS, FEW, started=True).head_only
    assert not suited(DRAWINGS, 60, started=False).head_only
    assert not suited(PHOTOS, 60, started=True).head_only


@pytest.mark.parametrize("pictures", [20, 60, 500, 5_000, 70_000])
def test_a_run_has_enough_steps_and_not_too_many(pictures: int) -> None:
    recipe = suited(DRAWINGS, pictures, started=True)
    steps = recipe.epochs * (pictures // recipe.batch_size)
    assert steps >= min(30, pictures)
    assert recipe.epochs <= 16


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")  # Keras' own
def test_a_head_is_fitted_and_the_body_stays_what_it_was(data: Path, tmp_path: Path) -> None:
    from classifier.ml.retraining import TEST_FILE, retrain

    start = catalog.PRETRAINED / "doodle"
    card = retrain(DRAWINGS, data, tmp_path / "out", start=start)
    assert card == Card.load(tmp_path / "out")
    assert (card.labels, card.classifier, card.title) == (tuple(sorted(WORDS)), "six", "Six things")
    assert card.metrics["test"]["accuracy"] == 1.0
    assert card.trained["call_ms"] > 0
    assert "started from" in card.attribution
    with np.load(tmp_path / "out" / TEST_FILE) as answers:
        assert answers["probabilities"].shape == (6, 3)
        assert answers["probabilities"].argmax(axis=1).tolist() == answers["labels"].tolist()
    assert card.recipe["head_only"]
    for ours, theirs in zip(loaded(tmp_path / "out").layers[:-1], loaded(start).layers[:-1], strict=True):
        assert all(np.array_equal(*weights) for weights in zip(ours.get_weights(), theirs.get_weights(), strict=True))
    check_examples(card, tmp_path / "out", data)


def check_examples(card: Card, artifact: Path, data: Path) -> None:
    """All that it was trained on is kept, and of nothing else could any be."""
    from classifier.ml.keeping import keep

    kept = KeptExamples.load(card.check_examples(artifact) or Path())
    assert sorted(card.labels[label] for label in kept.labels) == sorted(word for word in WORDS for _ in range(8))
    pictures, manifest = np.load(data / "pictures.npz")["inputs"], Manifest.load(data)
    shown = {picture.tobytes() for picture, one in zip(pictures, manifest.examples, strict=True) if one.part == TRAIN}
    assert {picture.tobytes() for picture in kept.pictures} <= shown
    freeze(data, pictures[::-1], [one.label for one in manifest.examples], [one.part for one in manifest.examples])
    with pytest.raises(ValueError, match="does not hold what"):
        keep(artifact, data)


def loaded(artifact: Path) -> Any:
    from classifier.ml.building import build

    card = Card.load(artifact)
    model = build(card.network, card.network_options, card.input, len(card.labels))
    model.load_weights(card.check_weights(artifact))
    return model
