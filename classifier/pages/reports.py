"""What a version answered about its test pictures, and what is on its card, as its page shows them."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import urlencode
from numpy.typing import NDArray

from classifier import policy
from classifier.ml.gate import Answers, BadAnswers, ClassComparison, Estimate, by_class, wilson
from classifier.models import Image, ModelVersion, User
from classifier.models.measurements import compared_by_class
from classifier.pages.charts import Chart, reliability

MATRIX_LABELS, PAIRS, CLASSES, WORST = 20, 30, 40, 12
HEATS = 5
SPEED = "{:.1f} ms for up to 16 pictures at once, the median of ten calls where it was trained"


@dataclass(frozen=True)
class ClassRow:
    """One class of the table: shares in per cent, the change only where a live version knows the class, too."""

    label: str
    pictures: int
    before: str
    after: str
    interval: str
    change: str
    tendency: str


@dataclass(frozen=True)
class Cell:
    """Pictures of `label` that were taken for `predicted`; `heat` is 0 to 4."""

    label: str
    predicted: str
    pictures: int
    heat: int
    link: str


@dataclass(frozen=True)
class Mistake:
    image: Image
    label: str
    predicted: str
    percent: str


@dataclass(frozen=True)
class Report:
    pictures: int
    accuracy: str
    interval: str
    ece: str
    top3: str
    classes: list[ClassRow]
    more_classes: int
    labels: tuple[str, ...]
    matrix: list[list[Cell]]
    pairs: list[Cell]
    reliability: Chart
    worst: list[Mistake]


def report(version: ModelVersion, answers: Answers, live: ModelVersion | None, viewer: User) -> Report:
    accuracy = wilson(answers.right)
    rows = _class_rows(_classes(version, answers, live))
    return Report(
        pictures=len(answers),
        accuracy=_percent(accuracy.value),
        interval=_interval(accuracy),
        ece=f"{answers.ece:.3f}",
        top3=_percent(version.figures.get("top3")),
        classes=rows[:CLASSES],
        more_classes=len(rows[CLASSES:]),
        labels=answers.class_names,
        matrix=_matrix(version, answers),
        pairs=_pairs(version, answers),
        reliability=reliability(answers.reliability()),
        worst=_worst(answers, viewer),
    )


def facts(version: ModelVersion) -> list[tuple[str, str]]:
    """What a later run would have to share to come out the same, and how large the network is."""
    recipe, trained = version.card.get("recipe", {}), version.card.get("trained", {})
    named = {
        "Recipe": recipe.get("title"),
        "Network": version.card.get("network"),
        "Parameters": _count(trained.get("parameters")),
        "File size": _size(version),
        "Speed": SPEED.format(trained["call_ms"]) if "call_ms" in trained else None,
        "Trained on": _count(trained.get("examples") or trained.get("drawings"), " pictures"),
        "Epochs": _count(trained.get("epochs")),
        "Seed": recipe.get("seed"),
        "Data": trained.get("data_sha256"),
        "Libraries": ", ".join(f"{name} {trained[name]}" for name in ("keras", "numpy", "python") if name in trained),
        "Not sure under": _percent(version.card.get("unsure_below"), " %"),
        "Card": version.card_sha256,
    }
    return [(name, str(value)) for name, value in named.items() if value not in (None, "")]


def _classes(version: ModelVersion, answers: Answers, live: ModelVersion | None) -> list[ClassComparison]:
    """Beside the live version where both were measured on the same pictures."""
    if live:
        with suppress(BadAnswers):
            return compared_by_class(version, live)
    return by_class(None, answers)


def _class_rows(classes: Iterable[ClassComparison]) -> list[ClassRow]:
    """The largest change first; the worst known where there is nothing to compare with."""
    ordered = sorted(classes, key=lambda one: (-abs(one.difference.value) if one.difference else 0.0, one.after.value))
    return [_class_row(one) for one in ordered]


def _class_row(one: ClassComparison) -> ClassRow:
    return ClassRow(
        label=one.label,
        pictures=one.pictures,
        before=_percent(one.before.value if one.before else None),
        after=_percent(one.after.value),
        interval=_interval(one.after),
        change=f"{100 * one.difference.value:+.1f} ({_signed_interval(one.difference)})" if one.difference else "",
        tendency=_tendency(one.difference),
    )


def _tendency(difference: Estimate | None) -> str:
    """Said only where it is more than chance."""
    if difference and difference.low > 0:
        return "better"
    return "worse" if difference and difference.high < 0 else ""


def _matrix(version: ModelVersion, answers: Answers) -> list[list[Cell]]:
    """By label and answer; of more labels than fit on a page, nothing."""
    places = range(len(answers.class_names))
    counts = answers.confusion()
    if len(places) > MATRIX_LABELS:
        return []
    return [[_cell(version, answers, counts, row, column) for column in places] for row in places]


def _pairs(version: ModelVersion, answers: Answers) -> list[Cell]:
    """What was confused most often."""
    counts = answers.confusion()
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:PAIRS]
    places = [(int(row), int(column)) for row, column in zip(*np.unravel_index(order, wrong.shape), strict=True)]
    return [_cell(version, answers, counts, row, column) for row, column in places if wrong[row, column]]


def _cell(version: ModelVersion, answers: Answers, counts: NDArray[np.int64], row: int, column: int) -> Cell:
    pictures, of = int(counts[row, column]), int(counts[row].sum())
    label, predicted = answers.class_names[row], answers.class_names[column]
    heat = min(HEATS - 1, math.ceil(pictures / of * (HEATS - 1))) if of else 0
    query = {"classifier": version.classifier.slug, "version": str(version.pk), "label": label, "predicted": predicted}
    return Cell(label, predicted, pictures, heat, f"{reverse('pages:review-grid')}?{urlencode(query)}")


def _worst(answers: Answers, viewer: User) -> list[Mistake]:
    """The surest of its wrong answers, about pictures that this person may see."""
    rows = {answers.images[row]: row for row in answers.worst(10 * WORST) if answers.images[row]}
    ids = [uuid.UUID(image) for image in rows]
    shown = policy.images_open_to(viewer).defer("pixels", "strokes").in_bulk(ids)
    return [_mistake(shown[id], answers, rows[str(id)]) for id in ids if id in shown][:WORST]


def _mistake(image: Image, answers: Answers, row: int) -> Mistake:
    names, best = answers.class_names, answers.best[row]
    label = names[answers.labels[row]] if answers.labels[row] >= 0 else "something else"
    return Mistake(image, label, names[best], _percent(float(answers.probabilities[row, best])))


def _percent(share: float | None, unit: str = "") -> str:
    return "" if share is None else f"{100 * share:.1f}{unit}"


def _interval(found: Estimate) -> str:
    return f"{100 * found.low:.1f} to {100 * found.high:.1f}"


def _signed_interval(found: Estimate) -> str:
    return f"{100 * found.low:+.1f} to {100 * found.high:+.1f}"


def _count(number: Any, unit: str = "") -> str | None:
    return None if number is None else f"{number:,}{unit}"


def _size(version: ModelVersion) -> str | None:
    path = version.artifact / str(version.card.get("weights_file"))
    return filesizeformat(path.stat().st_size) if path.is_file() else None
