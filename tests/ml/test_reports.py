"""What is said about a network's answers, and how it is drawn."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import calibration, figures, reports

NAMES = ("cat", "dog", "owl", "yak")
LABELS = np.array([0, 0, 0, 1, 1, 2])
PROBABILITIES = np.array(
    [
        [0.90, 0.05, 0.03, 0.02],  # right
        [0.20, 0.70, 0.05, 0.05],  # a cat taken for a dog
        [0.30, 0.60, 0.05, 0.05],  # and another
        [0.10, 0.80, 0.05, 0.05],  # right
        [0.05, 0.35, 0.55, 0.05],  # a dog taken for an owl
        [0.00, 0.00, 1.00, 0.00],  # right, and sure
    ]
)


def guessed(classes: int, count: int = 4000, seed: int = 5) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Answers of a network that mostly knows, and takes each class of an odd number for the one before."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    logits = rng.normal(0, 1, (count, classes))
    logits[np.arange(count), labels] += 6
    logits[np.arange(count), labels - labels % 2] += 5
    return calibration.softmax(logits), labels


def test_a_report_of_six_pictures() -> None:
    report = reports.report(PROBABILITIES, LABELS, NAMES, unsure_below=0.5)
    assert report.confusion.tolist() == [[1, 2, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert report.mistakes == [
        {"label": "cat", "answer": "dog", "count": 2, "share": 0.666667},
        {"label": "dog", "answer": "owl", "count": 1, "share": 0.5},
    ]
    assert report.scores == [
        {"label": "cat", "precision": 1.0, "recall": 0.333333, "f1": 0.5, "pictures": 3},
        {"label": "dog", "precision": 0.333333, "recall": 0.5, "f1": 0.4, "pictures": 2},
        {"label": "owl", "precision": 0.5, "recall": 1.0, "f1": 0.666667, "pictures": 1},
    ]
    assert report.averages["macro"] == {"precision": 0.611111, "recall": 0.611111, "f1": 0.522222}
    assert report.averages["weighted"] == {"precision": 0.694444, "recall": 0.5, "f1": 0.494444}


def test_what_is_right_by_how_probable_it_was_called() -> None:
    bins = reports.reliability(PROBABILITIES, LABELS, bins=4)
    assert bins == [
        {"from": 0.0, "to": 0.25, "count": 0, "confidence": None, "accuracy": None},
        {"from": 0.25, "to": 0.5, "count": 0, "confidence": None, "accuracy": None},
        {"from": 0.5, "to": 0.75, "count": 3, "confidence": 0.616667, "accuracy": 0.0},
        {"from": 0.75, "to": 1.0, "count": 3, "confidence": 0.9, "accuracy": 1.0},
    ]


def test_the_calibration_error_is_the_gap_of_the_bins() -> None:
    probabilities, labels = guessed(10)
    bins = [row for row in reports.reliability(probabilities, labels) if row["count"]]
    gaps = sum(row["count"] * abs(row["accuracy"] - row["confidence"]) for row in bins) / len(labels)
    assert gaps == pytest.approx(calibration.expected_calibration_error(probabilities, labels), abs=1e-5)


def test_a_threshold_buys_accuracy_for_coverage() -> None:
    rows = reports.coverage(PROBABILITIES, LABELS)
    assert [row["threshold"] for row in rows] == [step / 100 for step in range(101)]
    assert rows[0] == {"threshold": 0.0, "coverage": 1.0, "accuracy": 0.5}
    assert rows[75] == {"threshold": 0.75, "coverage": 0.5, "accuracy": 1.0}
    assert reports.coverage(PROBABILITIES[:5], LABELS[:5])[100] == {"threshold": 1.0, "coverage": 0.0, "accuracy": None}


def test_coverage_at_the_threshold_is_what_the_summary_says() -> None:
    report = reports.report(*guessed(30), [f"class {number}" for number in range(30)], unsure_below=0.6)
    row = report.coverage[60]
    assert row["accuracy"] == report.summary["unsure"]["accuracy_of_the_sure"]
    assert row["coverage"] == pytest.approx(1 - report.summary["unsure"]["share"], abs=2e-6)


def test_the_files_hold_the_whole(tmp_path: Path) -> None:
    names = ("accuracy", 'say "ah", twice', "çédille", "yak")
    report = reports.report(PROBABILITIES, LABELS, names, unsure_below=0.5)
    reports.write(report, tmp_path)
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert content == {
        **report.summary,
        "unsure_below": 0.5,
        "averages": report.averages,
        "classes": report.scores,
        "mistakes": report.mistakes,
    }
    assert json.loads((tmp_path / "reliability.json").read_text()) == report.reliability
    assert json.loads((tmp_path / "coverage.json").read_text()) == report.coverage
    with (tmp_path / "confusion.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["label", *names]
    assert [row[0] for row in rows] == list(names)
    assert [[int(count) for count in row[1:]] for row in rows] == report.confusion.tolist()
    text = (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert text.startswith("6 pictures: 50.0% right")
    assert "66.7%         accuracy → say" in text


def test_who_makes_no_mistake_is_told_so(tmp_path: Path) -> None:
    report = reports.report(np.eye(3), np.arange(3), NAMES[:3], unsure_below=0.5)
    assert report.mistakes == []
    assert "No picture was taken for another class." in report.text
    figures.write(report, tmp_path)
    assert figures.mistakes(report.mistakes).axes[0].get_title(loc="left") == "There are no mistakes"


def test_where_nothing_is_sure_the_text_says_so() -> None:
    assert "of none it is sure" in reports.report(PROBABILITIES[:5], LABELS[:5], NAMES, unsure_below=0.95).text


def size_of_png(path: Path) -> tuple[int, int]:
    with Image.open(path, formats=["PNG"]) as picture:
        picture.load()
        return picture.size


# ---- drawn -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 10, 345])
def test_every_figure_is_a_png_that_fits_a_screen(classes: int, tmp_path: Path) -> None:
    names = [f"class {number}" for number in range(classes)]
    figures.write(reports.report(*guessed(classes), names, unsure_below=0.3), tmp_path)
    sizes = {path.name: size_of_png(path) for path in tmp_path.iterdir()}
    assert set(sizes) == {"confusion.png", "mistakes.png", "per_class.png", "reliability.png", "coverage.png"}
    assert all(200 < side < 2600 for size in sizes.values() for side in size)


def names_beside(figure: Figure) -> tuple[list[str], list[str]]:
    axes = figure.axes[0]
    return [text.get_text() for text in axes.get_yticklabels()], [text.get_text() for text in axes.get_xticklabels()]


def test_few_classes_are_all_in_the_matrix_in_their_order_with_counts() -> None:
    figure = figures.confusion(reports.confused(PROBABILITIES, LABELS), NAMES)
    assert names_beside(figure) == (["cat", "dog", "owl"], ["cat", "dog", "owl"])  # no picture shows a yak, none was called one
    assert [text.get_text() for text in figure.axes[0].texts] == ["1", "2", "1", "1", "1"]


def test_of_many_classes_the_matrix_shows_the_most_confused_with_look_alikes_side_by_side() -> None:
    probabilities, labels = guessed(345)
    names = [f"class {number}" for number in range(345)]
    figure = figures.confusion(reports.confused(probabilities, labels), names)
    shown, answers = names_beside(figure)
    assert answers == [*shown, "any other"]
    assert len(shown) == 40
    numbers = [names.index(name) for name in shown]
    assert sum(abs(one - other) == 1 for one, other in zip(numbers[::2], numbers[1::2], strict=True)) >= 18
    assert np.allclose(np.asarray(figure.axes[0].images[0].get_array()).sum(axis=1), 1)


def test_a_network_of_many_classes_seen_on_few_has_only_their_rows() -> None:
    probabilities, labels = guessed(345)
    few = labels < 6
    figure = figures.confusion(reports.confused(probabilities[few], labels[few]), [f"class {number}" for number in range(345)])
    shown, answers = names_beside(figure)
    assert shown == [f"class {number}" for number in range(6)]
    assert set(shown) <= set(answers)


def test_all_classes_are_in_the_scores_the_weakest_first() -> None:
    scores = reports.scores(*guessed(345), [f"class {number}" for number in range(345)])
    axes = figures.per_class(scores).axes
    labels = [text.get_text() for each in axes for text in each.get_yticklabels()]
    assert labels == [row["label"] for row in sorted(scores, key=lambda row: (row["f1"], row["label"]))]


def test_names_that_are_long_strange_or_look_like_formulas_can_be_drawn(tmp_path: Path) -> None:
    names = ("$5 or $10", "_{^\\$", "虎 🐯", "a\nvery long name that no axis has the room for")
    report = reports.report(PROBABILITIES, LABELS, names, unsure_below=0.5)
    figures.write(report, tmp_path)  # warnings are errors here
    assert names_beside(figures.confusion(report.confusion, names))[0][0] == r"\$5 or \$10"
    assert figures.short(names[3]) == "a very long name that no …"


def test_curves_follow_the_history_and_mark_the_best_epoch() -> None:
    history = [
        {"loss": 3.0, "accuracy": 0.2, "val_loss": 2.5, "val_accuracy": 0.3},
        {"loss": 2.0, "accuracy": 0.4, "val_loss": 2.0, "val_accuracy": 0.6},
        {"loss": 1.0, "accuracy": 0.7, "val_loss": 2.2, "val_accuracy": 0.5},
    ]
    loss, accuracy = figures.curves(history).axes
    drawn = [np.asarray(line.get_ydata()).tolist() for line in (*loss.lines, *accuracy.lines)]
    assert drawn == [[3.0, 2.0, 1.0], [2.5, 2.0, 2.2], [2.0], [0.2, 0.4, 0.7], [0.3, 0.6, 0.5], [0.6]]
    assert [line.get_label() for line in loss.lines] == ["training", "held out", "best: 2 after epoch 2"]


@pytest.mark.parametrize("history", [[], [{"loss": 1.0, "accuracy": 0.5}], [{"loss": 1.0, "val_loss": 1.0}]])
def test_curves_of_little_are_little(history: list[dict[str, float]], tmp_path: Path) -> None:
    figures.save(figures.curves(history), tmp_path / "curves.png")
    assert size_of_png(tmp_path / "curves.png") == (1320, 528)
