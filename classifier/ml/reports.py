"""What a network's answers say about it, as data: everything here is ready for JSON. The figures are drawn from it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import classification_report, confusion_matrix, precision_recall_fscore_support

from classifier.ml import calibration, evaluation
from classifier.ml.calibration import Probabilities

Row = dict[str, Any]
Labels = NDArray[np.integer]
Counts = NDArray[np.int64]

SCORES = ("precision", "recall", "f1")
LISTED_MISTAKES = 100
STEPS = 100


@dataclass(frozen=True)
class Report:
    """One network on one set of labelled pictures.

    `confusion` (k, k) counts pictures by label (row) and answer (column) in the order of `class_names`. `scores` has a row for
    every class that occurs; `averages`, `mistakes`, `reliability` and `coverage` are as the functions below give them; `text` is
    the whole for reading.
    """

    class_names: tuple[str, ...]
    unsure_below: float
    summary: Mapping[str, Any]
    confusion: Counts
    scores: list[Row]
    averages: dict[str, Row]
    mistakes: list[Row]
    reliability: list[Row]
    coverage: list[Row]
    text: str


def report(probabilities: Probabilities, labels: Labels, class_names: Sequence[str], unsure_below: float) -> Report:
    """Everything about the probabilities (n, k) given for pictures of the labels (n,), n at least 1."""
    names = tuple(class_names)
    confusion = confused(probabilities, labels)
    worst = mistakes(confusion, names)
    summary = evaluation.summary(probabilities, labels, unsure_below)
    return Report(
        class_names=names,
        unsure_below=unsure_below,
        summary=summary,
        confusion=confusion,
        scores=scores(probabilities, labels, names),
        averages=averages(probabilities, labels),
        mistakes=worst,
        reliability=reliability(probabilities, labels),
        coverage=coverage(probabilities, labels),
        text="\n".join([_opening(summary, unsure_below), _table(probabilities, labels, names), *_lines(worst)]),
    )


def confused(probabilities: Probabilities, labels: Labels) -> Counts:
    """How many pictures of each label (row) got each answer (column), (k, k)."""
    every = np.arange(probabilities.shape[1])
    return np.asarray(confusion_matrix(labels, probabilities.argmax(axis=1), labels=every), dtype=np.int64)


def scores(probabilities: Probabilities, labels: Labels, class_names: Sequence[str]) -> list[Row]:
    """Precision, recall, F1 and number of pictures of each class that occurs, in order. Precision is 0 where never answered."""
    occurring = np.unique(labels)
    found = precision_recall_fscore_support(labels, probabilities.argmax(axis=1), labels=occurring, zero_division=0)
    return [
        {"label": class_names[index], **_scores(values[:3]), "pictures": int(values[3])}
        for index, values in zip(occurring, np.transpose(found), strict=True)
    ]


def averages(probabilities: Probabilities, labels: Labels) -> dict[str, Row]:
    """Precision, recall and F1 over the classes that occur: `macro` counts each class alike, `weighted` each picture."""
    answers, occurring = probabilities.argmax(axis=1), np.unique(labels)
    return {
        how: _scores(precision_recall_fscore_support(labels, answers, labels=occurring, average=how, zero_division=0)[:3])
        for how in ("macro", "weighted")
    }


def _scores(values: Sequence[float]) -> Row:
    return {name: round(float(value), 6) for name, value in zip(SCORES, values, strict=True)}


def mistakes(confusion: Counts, class_names: Sequence[str], limit: int = LISTED_MISTAKES) -> list[Row]:
    """The wrong answers given most often: label, answer, how often, and the share of the label's pictures. Most often first."""
    wrong = confusion - np.diag(np.diag(confusion))
    shares = wrong / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    label, answer = np.nonzero(wrong)
    order = np.lexsort((answer, label, -shares[label, answer], -wrong[label, answer]))[:limit]
    return [
        {
            "label": class_names[row],
            "answer": class_names[column],
            "count": int(wrong[row, column]),
            "share": round(float(shares[row, column]), 6),
        }
        for row, column in zip(label[order], answer[order], strict=True)
    ]


def reliability(probabilities: Probabilities, labels: Labels, bins: int = calibration.BINS) -> list[Row]:
    """By bins of the best answer's probability: how many fell in, their mean probability, and the share that was right.

    The last two are null in a bin that nothing fell in.
    """
    confidence, right = _confidence(probabilities, labels)
    place = calibration.bin_of(confidence, bins)
    inside = [place == index for index in range(bins)]
    return [
        {
            "from": round(index / bins, 6),
            "to": round((index + 1) / bins, 6),
            "count": int(chosen.sum()),
            "confidence": _mean(confidence[chosen]),
            "accuracy": _mean(right[chosen]),
        }
        for index, chosen in enumerate(inside)
    ]


def coverage(probabilities: Probabilities, labels: Labels) -> list[Row]:
    """What each threshold 0, 0.01 … 1 would buy: the share of pictures answered, and how many of those answers are right.

    The accuracy is null where nothing is answered.
    """
    confidence, right = _confidence(probabilities, labels)
    rows = []
    for threshold in (step / STEPS for step in range(STEPS + 1)):
        answered = confidence >= threshold
        rows.append({"threshold": threshold, "coverage": _mean(answered), "accuracy": _mean(right[answered])})
    return rows


def _confidence(probabilities: Probabilities, labels: Labels) -> tuple[Probabilities, NDArray[np.bool_]]:
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def _mean(values: NDArray[Any]) -> float | None:
    return round(float(values.mean()), 6) if len(values) else None


def write(report: Report, folder: Path) -> None:
    """Write report.json, report.txt, confusion.csv, reliability.json and coverage.json to the folder."""
    content = {
        **report.summary,
        "unsure_below": report.unsure_below,
        "averages": report.averages,
        "classes": report.scores,
        "mistakes": report.mistakes,
    }
    for name, data in (("report", content), ("reliability", report.reliability), ("coverage", report.coverage)):
        (folder / f"{name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(report.text, encoding="utf-8")
    with (folder / "confusion.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["label", *report.class_names])
        table.writerows([name, *counts] for name, counts in zip(report.class_names, report.confusion.tolist(), strict=True))


# ---- in words ----------------------------------------------------------------------------------------------------------


def _opening(summary: Mapping[str, Any], unsure_below: float) -> str:
    unsure = summary["unsure"]
    sure = unsure["accuracy_of_the_sure"]
    return (
        f"{summary['count']:,} pictures: {summary['accuracy']:.1%} right, {summary['top3']:.1%} among the best three, "
        f"calibration error {summary['ece']:.1%}.\n"
        f"Under {unsure_below:.2f} it is not sure, as of {unsure['share']:.1%}; "
        + ("of none it is sure.\n" if sure is None else f"of the others {sure:.1%} are right.\n")
    )


def _table(probabilities: Probabilities, labels: Labels, class_names: Sequence[str]) -> str:
    occurring = np.unique(labels)
    names = [class_names[index] for index in occurring]
    answers = probabilities.argmax(axis=1)
    table = classification_report(labels, answers, labels=occurring, target_names=names, digits=3, zero_division=0)
    return str(table)


def _lines(mistakes: Sequence[Row]) -> list[str]:
    if not mistakes:
        return ["No picture was taken for another class.", ""]
    wide = max(len(one["label"]) for one in mistakes)
    lines = [f"{one['count']:6,}  {one['share']:6.1%}  {one['label']:>{wide}} → {one['answer']}" for one in mistakes]
    return ["The most frequent mistakes: how often, share of the label's pictures, label → answer", *lines, ""]
