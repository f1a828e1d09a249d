"""Labels are judged by the other pictures: one that is wrong does not vouch for itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.ml import prototypes
from classifier.ml.label_quality import judge
from tests.ml.commanding import Run, assert_refused
from tests.ml.drawn import ARTIFACT, BITMAPS, LABELS, NAMES, write

CLASSES, EACH, FLIPPED = 4, 30, 0.2


def spread() -> tuple[np.ndarray, np.ndarray]:
    """Four heaps that nearly touch, and which heap each point is of."""
    chance = np.random.default_rng(3)
    truth = np.repeat(np.arange(CLASSES), EACH)
    return np.eye(CLASSES, 16)[truth] * 3 + chance.normal(size=(len(truth), 16)) * 0.6, truth


def test_flipped_labels_are_found_by_the_others() -> None:
    seen, truth = spread()
    given = truth.copy()
    wrong = np.random.default_rng(4).permutation(len(truth))[: round(FLIPPED * len(truth))]
    given[wrong] = (given[wrong] + 1) % CLASSES
    probabilities = prototypes.out_of_fold(seen, given, CLASSES)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == truth).mean() > 0.95
    first = judge(given, probabilities).most_suspicious_first()[: len(wrong)]
    assert len(set(first) & set(wrong)) >= 0.9 * len(wrong)


def test_a_label_does_not_vouch_for_itself() -> None:
    seen, truth = spread()
    before = prototypes.out_of_fold(seen, truth, CLASSES)
    given = truth.copy()
    given[0] = 1
    after = prototypes.out_of_fold(seen, given, CLASSES)
    assert after[0, 1] == pytest.approx(before[0, 1], abs=0.02)


def test_a_class_of_which_there_is_nothing_is_refused() -> None:
    seen, truth = spread()
    with pytest.raises(ValueError, match=r"classes \[4\] by: each needs one picture"):
        prototypes.head(seen, truth, CLASSES + 1)
    lonely = np.append(truth[1:], CLASSES)
    with pytest.raises(ValueError, match="needs one picture"):
        prototypes.out_of_fold(seen, lonely, CLASSES + 1)


@pytest.mark.tensorflow
def test_the_command_judges_classes_that_the_artifact_does_not_know(run: Run, tmp_path: Path) -> None:
    names = np.array([f"our {name}" for name in NAMES])
    shifted = np.concatenate([np.roll(BITMAPS, across, axis=2) for across in (-1, 0, 1)])
    data = write(tmp_path / "ours.npz", bitmaps=shifted, labels=np.tile(LABELS, 3), class_names=names)
    ran = run("crossfit", ARTIFACT, "--data", data, "--out", tmp_path / "said.npz")
    assert ran.json["examples"] == len(shifted)
    assert ran.json["agree"] > 0.8
    with np.load(tmp_path / "said.npz", allow_pickle=False) as said:
        assert said["probabilities"].shape == (len(shifted), len(names))
        assert (said["probabilities"].argmax(axis=1) == said["labels"]).mean() == pytest.approx(ran.json["agree"])
        assert said["class_names"].tolist() == names.tolist()


@pytest.mark.tensorflow
def test_a_class_with_a_single_picture_is_refused(run: Run, tmp_path: Path) -> None:
    ran = run("crossfit", ARTIFACT, "--data", write(tmp_path / "ones.npz"), "--out", tmp_path / "said.npz")
    assert_refused(ran, "each needs one picture")
    assert not (tmp_path / "said.npz").exists()


def test_an_outcome_without_a_place_is_refused_before_the_work(run: Run, tmp_path: Path) -> None:
    ran = run("crossfit", ARTIFACT, "--data", write(tmp_path / "set.npz"), "--out", tmp_path / "none" / "said.npz")
    assert_refused(ran, "There is no folder")
