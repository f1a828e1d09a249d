"""Wrong labels are found: planted in several ways, ranked beside cleanlab's scores, and by the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from classifier.ml import calibration, label_quality
from classifier.ml.__main__ import main
from classifier.ml.label_quality import BadLabels, judge

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

COUNT, CLASSES = 6000, 10
SCORES = {
    "self_confidence": (False, True),
    "normalized_margin": (False, True),
    "confidence_weighted_entropy": (False,),
}


def examples(count: int = COUNT, classes: int = CLASSES, *, clear: float = 8.0, loud: float = 1.0) -> tuple[Labels, Floats]:
    """True labels, and a network that is as often right as it says, or says too much by `loud`, and mixes up neighbours."""
    chance = np.random.default_rng(0)
    rows, looks = np.arange(count), chance.integers(0, classes, count)
    logits = chance.normal(0, 1, (count, classes))
    logits[rows, looks] += clear
    logits[rows, (looks + 1) % classes] += chance.uniform(0, clear, count)
    reached = calibration.softmax(logits).cumsum(axis=1) > chance.random((count, 1))
    return reached.argmax(axis=1), calibration.softmax(logits * loud)


def by_chance(truth: Labels, share: float, classes: int = CLASSES) -> Labels:
    chance = np.random.default_rng(1)
    given, rows = truth.copy(), chance.permutation(len(truth))[: round(share * len(truth))]
    given[rows] = (given[rows] + chance.integers(1, classes, len(rows))) % classes
    return given


def by_habit(truth: Labels, share: float) -> Labels:
    """Every class is called one other, which is not the one that the network mixes it up with."""
    given, rows = truth.copy(), np.random.default_rng(2).permutation(len(truth))[: round(share * len(truth))]
    given[rows] = (given[rows] + 2) % CLASSES
    return given


def by_doubt(truth: Labels, share: float) -> Labels:
    """Who looked at the same pictures with less care chose the second best, mostly where it looked good."""
    _, seen = examples(loud=0.5)
    seen[np.arange(len(truth)), truth] = 0
    waiting = np.random.default_rng(3).exponential(size=len(truth)) / seen.max(axis=1)
    rows = np.argsort(waiting)[: round(share * len(truth))]
    given = truth.copy()
    given[rows] = seen[rows].argmax(axis=1)
    return given


NOISES = {"chance": by_chance, "habit": by_habit, "doubt": by_doubt}


def single_scores(given: Labels, probabilities: Floats) -> list[float]:
    wanted = [(method, adjusted) for method, both in SCORES.items() for adjusted in both]
    return [get_label_quality_scores(given, probabilities, method=name, adjust_pred_probs=how) for name, how in wanted]


def found_early(given: Labels, truth: Labels, probabilities: Floats, share: float = 0.05) -> float:
    first = judge(given, probabilities).most_suspicious_first()[: round(share * len(given))]
    wrong = given != truth
    return float(wrong[first].sum() / wrong.sum())


# ---- what is found -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("noise", NOISES)
def test_the_ranking_is_about_as_good_as_the_best_single_score_or_better(noise: str, share: float) -> None:
    truth, probabilities = examples()
    given = NOISES[noise](truth, share)
    ours = average_precision_score(given != truth, judge(given, probabilities).wrong)
    theirs = [average_precision_score(given != truth, -score) for score in single_scores(given, probabilities)]
    assert ours >= 0.97 * max(theirs)


def test_a_habit_is_learned_and_lifts_what_it_explains() -> None:
    truth, probabilities = examples()
    given = by_habit(truth, 0.1)
    ours = average_precision_score(given != truth, judge(given, probabilities).wrong)
    theirs = max(average_precision_score(given != truth, -score) for score in single_scores(given, probabilities))
    assert 1 - ours < 0.5 * (1 - theirs)


@pytest.mark.parametrize("loud", [0.5, 1.0, 3.0])
def test_how_loud_the_network_is_does_not_matter_much(loud: float) -> None:
    truth, probabilities = examples(loud=loud)
    given = by_chance(truth, 0.05)
    assert found_early(given, truth, probabilities) > 0.9


def test_labels_flipped_by_chance_come_first_among_many_classes() -> None:
    truth, probabilities = examples(4000, 345, clear=14)
    assert found_early(by_chance(truth, 0.02, 345), truth, probabilities) > 0.9


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_the_probability_of_being_wrong_means_about_what_it_says(share: float) -> None:
    truth, probabilities = examples()
    given = by_chance(truth, share)
    assert judge(given, probabilities).wrong.mean() == pytest.approx(share, abs=0.05)


def test_the_suggestion_is_the_truth_where_the_label_is_wrong() -> None:
    truth, probabilities = examples()
    given = by_chance(truth, 0.1)
    quality, wrong = judge(given, probabilities), given != truth
    assert (quality.suggestion != given).all()
    assert (quality.suggestion_probability <= quality.wrong + 1e-12).all()
    assert (quality.suggestion[wrong] == truth[wrong]).mean() > 0.9


@pytest.mark.parametrize("shift", [0.0, 0.004])
def test_the_single_scores_are_cleanlabs(shift: float) -> None:
    truth, probabilities = examples(500)
    given = by_chance(truth, 0.1)
    quality = judge(given, probabilities * (1 + shift))
    for name in SCORES:
        assert np.allclose(getattr(quality, name), get_label_quality_scores(given, probabilities, method=name), atol=1e-4)


def test_a_row_without_any_doubt_is_no_suspect() -> None:
    quality = judge(np.array([0, 1]), np.eye(2))
    assert (quality.confidence_weighted_entropy > 0.99).all()
    assert (quality.wrong < 0.01).all()


# ---- what can be judged ------------------------------------------------------------------------------------------------


def test_no_labels_are_no_suspects() -> None:
    quality = judge(np.array([]), np.empty((0, 5), dtype=np.float32))
    assert quality.most_suspicious_first().tolist() == []
    assert {len(array) for array in vars(quality).values()} == {0}


def test_one_label_is_judged() -> None:
    quality = judge(np.array([1]), np.array([[0.9, 0.1]]))
    assert quality.most_suspicious_first().tolist() == [0]
    assert quality.suggestion.tolist() == [0]
    assert 0 < quality.wrong[0] < 1


def strange(name: str) -> tuple[Labels, Any]:
    truth, probabilities = examples(200)
    cases: dict[str, tuple[Labels, Any]] = {
        "all equal": (truth, np.full((200, CLASSES), 0.1)),
        "ten neighbours": (truth, np.round(probabilities, 1) / np.round(probabilities, 1).sum(axis=1, keepdims=True)),
        "one class alone": (np.zeros(200, dtype=np.int64), probabilities),
        "classes without labels": (truth // 2, probabilities),
        "never a doubt": ((truth + 1) % CLASSES, np.eye(CLASSES)[truth]),
        "whole numbers": (truth, np.eye(CLASSES, dtype=np.int64)[truth]),
        "next to nothing": (truth, np.where(np.eye(CLASSES, dtype=bool)[truth], 1, 5e-324)),
        "two classes": (truth % 2, np.stack([probabilities[:, ::2].sum(1), probabilities[:, 1::2].sum(1)], axis=1)),
        "half precision": (truth, probabilities.astype(np.float16)),
    }
    return cases[name]


STRANGE = (
    "all equal", "ten neighbours", "one class alone", "classes without labels", "never a doubt", "whole numbers",
    "next to nothing", "two classes", "half precision",
)  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_every_label_gets_a_place_whatever_the_probabilities(name: str) -> None:
    given, probabilities = strange(name)
    quality = judge(given, probabilities)
    assert sorted(quality.most_suspicious_first()) == list(range(200))
    for score in vars(quality).values():
        assert np.isfinite(score).all()
        assert score.min() >= 0
    assert quality.wrong.max() <= 1
    assert quality.suggestion.max() < probabilities.shape[1]
    assert (quality.suggestion != given).all()


def test_any_integers_are_labels() -> None:
    truth, probabilities = examples(200)
    for kind in (np.uint8, np.int16, np.uint64):
        assert np.array_equal(judge(truth.astype(kind), probabilities).wrong, judge(truth, probabilities).wrong)


def test_single_and_double_precision_agree() -> None:
    truth, probabilities = examples()
    given = by_chance(truth, 0.05)
    single = judge(given, probabilities.astype(np.float32))
    assert np.allclose(single.wrong, judge(given, probabilities).wrong, atol=1e-4)


def test_what_is_judged_some_rows_at_a_time_is_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, probabilities = examples(1000)
    given = by_chance(truth, 0.05)
    whole = judge(given, probabilities)
    monkeypatch.setattr(label_quality, "CHUNK", 7)
    assert np.array_equal(judge(given, probabilities).most_suspicious_first(), whole.most_suspicious_first())


GOOD = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
BAD: dict[str, tuple[Any, Any, str]] = {
    "a number too few": ([0], GOOD, "labels must be 2 integers, one a row of probabilities; it has int64 (1,)."),
    "no integers": ([0.0, 1.0], GOOD, "labels must be 2 integers"),
    "names": (["cat", "dog"], GOOD, "labels must be 2 integers"),
    "a table of labels": ([[0], [1]], GOOD, "it has int64 (2, 1)."),
    "a class too many": ([0, 3], GOOD, "labels must be columns of probabilities, 0 to 2; it has 0 to 3."),
    "below zero": ([-1, 0], GOOD, "0 to 2; it has -1 to 0."),
    "a single class": ([0, 0], GOOD[:, :1], "numbers (n, k) of 2 classes or more; it has float64 (2, 1)."),
    "a row alone": ([0, 0], GOOD[0], "numbers (n, k) of 2 classes or more; it has float64 (3,)."),
    "complex": ([0, 0], GOOD * 1j, "numbers (n, k)"),
    "logits": ([0, 0], GOOD * 4 - 1, "row 0 sums to 1, from -0.6 to 1.8."),
    "not all of it": ([0, 0], GOOD * [[1], [0.9]], "row 1 sums to 0.9, from 0.09 to 0.72."),
    "below nothing": ([0, 0], GOOD + np.array([0.2, -0.2, 0]), "with nothing below 0; row 1"),
    "NaN": (
        [0, 0],
        GOOD * [[1], [np.nan]],
        "row 1 sums to nan, from nan to nan. Give logits a softmax, leave out",
    ),
    "infinity": ([0, 0], GOOD + np.array([[np.inf], [0]]), "row 0 sums to inf"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_judged_is_refused_with_a_sentence(name: str) -> None:
    labels, probabilities, said = BAD[name]
    with pytest.raises(BadLabels) as refused:
        judge(np.array(labels), probabilities)
    assert said in str(refused.value)


# ---- the command -------------------------------------------------------------------------------------------------------


def written(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def test_the_command_prints_all_indices_most_suspicious_first(tmp_path: Path) -> None:
    truth, probabilities = examples(300)
    given = by_chance(truth, 0.05)
    path = written(tmp_path / "set.npz", labels=given, probabilities=probabilities.astype(np.float32), class_names=np.arange(10))
    command = [sys.executable, "-m", "classifier.ml", "suspects", "--data", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    ranking = json.loads(done.stdout)
    assert sorted(ranking) == list(range(300))
    assert (given != truth)[ranking[:15]].sum() >= 12


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no labels": ({"probabilities": GOOD}, "set.npz has no array 'labels'."),
    "no probabilities": ({"labels": np.array([0, 1])}, "set.npz has no array 'probabilities'."),
    "what does not fit": ({"labels": np.array([0]), "probabilities": GOOD}, "set.npz: labels must be 2 integers"),
    "pickles": ({"labels": np.array([0, None]), "probabilities": GOOD}, "set.npz cannot be read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_command_refuses_with_a_sentence_that_names_the_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays, said = REFUSED[name]
    assert main(["suspects", "--data", str(written(tmp_path / "set.npz", **arrays))]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert len(printed.err.splitlines()) == 1


def test_the_command_names_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suspects", "--data", str(tmp_path / "none.npz")]) == 2
    assert capsys.readouterr().err.endswith("none.npz: No such file or directory.\n")
