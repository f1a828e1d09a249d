"""The gate between a candidate and the live version, with answers that are known beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.ml import gate
from classifier.ml.gate import Answers, BadAnswers, Verdict, by_class, compare, paired_difference, wilson

NAMES = ("bird", "cat", "dog", "house")


def answers(right: NDArray[np.bool_], labels: NDArray[np.int64] | None = None, sure: float | None = None) -> Answers:
    """Right where `right` says so, else the next class; as sure as it is often right, or so sure."""
    labels = np.arange(len(right)) % len(NAMES) if labels is None else labels
    confidence = right.mean() if sure is None else sure
    probabilities = np.full((len(right), len(NAMES)), (1 - confidence) / (len(NAMES) - 1))
    probabilities[np.arange(len(right)), np.where(right, labels, (labels + 1) % len(NAMES))] = confidence
    return Answers(probabilities, labels, tuple(map(str, range(len(right)))), NAMES)


def by_chance(pictures: int, accuracy: float, seed: int) -> Answers:
    return answers(np.random.default_rng(seed).random(pictures) < accuracy)


def learnt(flipped: float, seed: int, pictures: int = 600) -> Answers:
    """What the nearest five of some points in four clouds say, a share of them with another's label."""
    rng = np.random.default_rng(seed)
    middles = 0.8 * np.random.default_rng(0).normal(size=(len(NAMES), 12))
    own = np.repeat(np.arange(len(NAMES)), 40)
    told = np.where(rng.random(len(own)) < flipped, (own + rng.integers(1, len(NAMES), len(own))) % len(NAMES), own)
    points = middles[own] + rng.normal(size=(len(own), 12))
    labels = np.arange(pictures) % len(NAMES)
    unseen = middles[labels] + np.random.default_rng(1).normal(size=(pictures, 12))
    nearest = ((unseen[:, None] - points) ** 2).sum(axis=2).argsort(axis=1)[:, :5]
    votes = (told[nearest][:, :, None] == np.arange(len(NAMES))).sum(axis=1) + 0.2
    return Answers(votes / votes.sum(axis=1, keepdims=True), labels, tuple(map(str, range(pictures))), NAMES)


def test_the_same_answers_pass() -> None:
    live = by_chance(400, 0.8, seed=1)
    found = compare(live, live)
    assert (found.verdict, found.passed, found.difference.value) == (Verdict.NOT_WORSE, True, 0)


def test_equal_versions_pass_nineteen_times_in_twenty() -> None:
    passed = [compare(by_chance(400, 0.8, seed), by_chance(400, 0.8, seed + 100)).passed for seed in range(20)]
    assert sum(passed) >= 18


def test_a_version_trained_on_flipped_labels_is_refused() -> None:
    live = learnt(0.0, seed=3)
    assert compare(live, learnt(0.0, seed=4)).passed
    refused = compare(live, learnt(0.3, seed=3))
    assert refused.verdict == Verdict.WORSE
    assert not refused.passed
    assert refused.reason.startswith("It is worse: -")


@pytest.mark.parametrize(("pictures", "verdict"), [(150, Verdict.CANNOT_TELL), (199, Verdict.CANNOT_TELL), (200, Verdict.BETTER)])
def test_under_200_pictures_nobody_can_tell(pictures: int, verdict: Verdict) -> None:
    found = compare(by_chance(pictures, 0.5, 1), by_chance(pictures, 0.95, 2))
    assert (found.verdict, found.passed) == (verdict, verdict == Verdict.BETTER)
    assert ("under 200" in found.reason) == (verdict == Verdict.CANNOT_TELL)


def test_of_no_pictures_nobody_can_tell() -> None:
    nothing = answers(np.zeros(0, dtype=bool), sure=0.5)
    assert compare(nothing, nothing).verdict == Verdict.CANNOT_TELL
    assert by_class(nothing, nothing) == []


def test_a_small_change_shows_where_the_same_pictures_are_compared() -> None:
    before = np.arange(1000) % 10 < 7
    after = before | (np.arange(1000) % 100 == 8)
    found = paired_difference(before, after)
    assert found.value == 0.01
    assert found.low > 0
    assert compare(answers(before), answers(after)).verdict == Verdict.BETTER


def test_probabilities_that_mean_less_are_refused() -> None:
    right = np.random.default_rng(1).random(600) < 0.8
    found = compare(answers(right), answers(right, sure=0.99))
    assert (found.verdict, found.calibrated, found.passed) == (Verdict.NOT_WORSE, False, False)
    assert found.ece_difference.value == pytest.approx(0.19, abs=0.03)
    assert "calibration error grew by +" in found.reason
    assert compare(answers(right, sure=0.99), answers(right)).passed


def test_wilson_gives_the_textbook_interval() -> None:
    found = wilson(np.arange(10) < 8)
    assert [found.value, found.low, found.high] == pytest.approx([0.8, 0.4902, 0.9433], abs=1e-4)
    assert wilson(np.zeros(0, dtype=bool)) == gate.Estimate(0.0, 0.0, 1.0)


def test_the_table_names_each_class_with_its_change() -> None:
    labels = np.arange(400) % 4
    before = (labels != 2) | (np.arange(400) % 8 == 2)
    rows = {row.label: row for row in by_class(answers(before, labels), answers(labels >= 0, labels))}
    assert list(rows) == list(NAMES)
    dog = rows["dog"]
    assert dog.before
    assert dog.difference
    assert (dog.pictures, dog.before.value, dog.after.value, dog.difference.value) == (100, 0.5, 1.0, 0.5)
    assert dog.difference.low > 0.3


def test_a_new_class_counts_against_the_version_that_lacks_it() -> None:
    labels = np.arange(400) % 4
    grown = answers(labels >= 0, labels)
    old = Answers(grown.probabilities[:, :3], np.where(labels == 3, -1, labels), grown.images, NAMES[:3])
    found = compare(old, grown)
    assert (found.before.value, found.after.value, found.verdict) == (0.75, 1.0, Verdict.BETTER)
    assert by_class(old, grown)[3].before is None
    assert old.confusion().sum() == 300


def test_classes_are_compared_by_name_not_by_number() -> None:
    live = by_chance(300, 0.8, 1)
    order = [3, 1, 0, 2]
    shuffled = Answers(
        live.probabilities[:, order], np.argsort(order)[live.labels], live.images, tuple(NAMES[index] for index in order)
    )
    assert compare(live, shuffled).difference.value == 0
    with pytest.raises(BadAnswers, match="same pictures"):
        compare(live, Answers(live.probabilities, np.roll(live.labels, 1), live.images, NAMES))
    with pytest.raises(BadAnswers, match="same pictures"):
        compare(live, by_chance(299, 0.8, 1))


def test_the_worst_mistakes_are_the_surest() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.55, 0.45]])
    found = Answers(probabilities, np.array([1, 1, 1, 1]), ("a", "b", "c", "d"), ("x", "y"))
    assert found.worst(10) == [0, 1, 3]
    assert found.worst(1) == [0]
    assert found.confusion().tolist() == [[0, 0], [3, 1]]


def test_reliability_tells_how_often_it_was_right_when_so_sure() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    found = Answers(probabilities, np.array([0, 1, 1, 1]), ("a", "b", "c", "d"), ("x", "y"))
    assert found.reliability() == [(0.6, 1.0, 2), (0.9, 0.5, 2)]


def test_answers_are_read_back_and_damage_is_said(tmp_path: Path) -> None:
    path, kept = tmp_path / "test.npz", by_chance(20, 0.5, 1)
    np.savez(path, probabilities=kept.probabilities, labels=kept.labels, images=np.array(kept.images))
    assert np.array_equal(Answers.load(path, NAMES).best, kept.best)
    with pytest.raises(BadAnswers, match="5 labels"):
        Answers.load(path, (*NAMES, "tiger"))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadAnswers, match="cannot be read"):
        Answers.load(path, NAMES)
    np.savez(path, probabilities=kept.probabilities, labels=np.array([{}], dtype=object), images=np.array(kept.images))
    with pytest.raises(BadAnswers, match="cannot be read"):
        Answers.load(path, NAMES)
