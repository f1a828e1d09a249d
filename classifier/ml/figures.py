"""What reports and histories say, drawn. Needs no screen: figures are made without pyplot and end as PNG.

All of them serve 3 classes as well as 345. Where so many cannot be read at once, a figure shows the part that matters and says
so; the data beside it is always whole.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from numpy.typing import NDArray

if TYPE_CHECKING:
    from classifier.ml.reports import Counts, Report, Row

BLUE, ORANGE, GREY = "#1f6fb4", "#d9661f", "#8a8a8a"  # told apart by colour-blind eyes, too
DPI = 120
NAME_LENGTH = 26
READABLE_CLASSES = 50
SHOWN_CLASSES = 40
NUMBERED_CLASSES = 20
SHOWN_PAIRS = 30
ROWS_IN_A_COLUMN, MOST_COLUMNS = 60, 6


def write(report: Report, folder: Path) -> None:
    """Write confusion.png, mistakes.png, per_class.png, reliability.png and coverage.png to the folder."""
    save(confusion(report.confusion, report.class_names), folder / "confusion.png")
    save(mistakes(report.mistakes), folder / "mistakes.png")
    save(per_class(report.scores), folder / "per_class.png")
    save(reliability(report.reliability, report.summary["ece"]), folder / "reliability.png")
    save(coverage(report.coverage, report.unsure_below), folder / "coverage.png")


def save(figure: Figure, path: Path) -> None:
    with warnings.catch_warnings():
        # A class may be named in a script that the font lacks: its name is boxes here, and right in the data.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(path, format="png", dpi=DPI)


def blank(width: float, height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of so many inches, and its axes side by side."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes: NDArray[Any] = figure.subplots(1, columns, squeeze=False)
    for each in axes[0]:
        each.spines[["top", "right"]].set_visible(False)
    return figure, list(axes[0])


def short(name: str) -> str:
    """A class name on one line, no longer than fits beside an axis."""
    flat = " ".join(name.split())
    return flat if len(flat) <= NAME_LENGTH else f"{flat[: NAME_LENGTH - 1]}…"


def named(name: str) -> str:
    """A short class name without what matplotlib would read as a formula."""
    return short(name).replace("$", r"\$")


def columned(count: int) -> tuple[int, int]:
    """Into how many columns, and rows in each, so many classes are divided: columns of 60, but no more than 6 of them."""
    columns = min(MOST_COLUMNS, -(-count // ROWS_IN_A_COLUMN))
    return columns, -(-count // columns)


def thousands() -> FuncFormatter:
    return FuncFormatter(lambda value, _: f"{value:,.0f}")


# ---- one network on labelled pictures ----------------------------------------------------------------------------------


def confusion(counts: Counts, class_names: Sequence[str]) -> Figure:
    """Labels by answers, as shares of the label's pictures.

    Up to 50 classes that occur are all shown. Of more, it is the 40 that are in the most frequent mistakes, look-alikes side
    by side, and a last column for all other answers.
    """
    involved = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    reduced = len(involved) > READABLE_CLASSES
    shown = _look_alikes(counts) if reduced else involved
    labels = shown[counts[shown].any(axis=1)]
    within = counts[np.ix_(labels, shown)]
    answers = [named(class_names[index]) for index in shown]
    if reduced:
        within = np.column_stack([within, counts[labels].sum(axis=1) - within.sum(axis=1)])
        answers.append("any other")
    title = f"The {len(shown)} most confused of {len(involved)} classes" if reduced else "Labels and answers"
    return _matrix(within, counts[labels].sum(axis=1), [named(class_names[index]) for index in labels], answers, title)


def _matrix(counts: Counts, pictures: Counts, labels: list[str], answers: list[str], title: str) -> Figure:
    figure, (axes,) = blank(0.26 * len(answers) + 4.4, 0.26 * len(labels) + 3.2)
    shares = counts / pictures[:, None]
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(answers)), answers, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("answer")
    axes.set_ylabel("label")
    axes.set_title(title, loc="left")
    figure.colorbar(picture, ax=axes, format=_percent(), label="share of the label's pictures", shrink=0.6)
    if len(answers) <= NUMBERED_CLASSES:
        _number(axes, counts, shares)
    return figure


def _number(axes: Axes, counts: Counts, shares: NDArray[np.float64]) -> None:
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, f"{count}", ha="center", va="center", color=colour, fontsize=6.5)


def _look_alikes(counts: Counts) -> NDArray[np.intp]:
    """The classes of the most frequent mistakes, each beside the one that it is confused with most of those left."""
    mistakes = counts - np.diag(np.diag(counts))
    together = mistakes + mistakes.T
    first, second = np.unravel_index(np.argsort(-together, axis=None, kind="stable"), together.shape)
    involved = dict.fromkeys(np.column_stack([first, second]).ravel().tolist())
    left = list(involved)[:SHOWN_CLASSES]
    order = [left.pop(0)]
    while left:
        order.append(left.pop(int(together[order[-1], left].argmax())))
    return np.array(order)


def mistakes(pairs: Sequence[Row]) -> Figure:
    """The most frequent mistakes, 30 at most, each a bar with its count and its share of the label's pictures."""
    shown = pairs[:SHOWN_PAIRS]
    figure, (axes,) = blank(8, 1.2 + 0.22 * max(len(shown), 3))
    axes.barh(
        [f"{named(pair['label'])} → {named(pair['answer'])}" for pair in shown], [pair["count"] for pair in shown], color=ORANGE
    )
    for row, pair in enumerate(shown):
        axes.text(pair["count"], row, f" {pair['count']:,} ({pair['share']:.0%})", va="center", fontsize=8)
    axes.set_ylim(max(len(shown), 3) - 0.5, -0.5)
    axes.set_xlim(0, 1.15 * max((pair["count"] for pair in shown), default=1))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("pictures (share of the label's)")
    axes.set_title("The most frequent mistakes: label → answer" if shown else "There are no mistakes", loc="left")
    return figure


def per_class(scores: Sequence[Row]) -> Figure:
    """Precision and recall of every class, the lowest F1 first, in columns read downwards."""
    ordered = sorted(scores, key=lambda row: (row["f1"], row["label"]))
    columns, rows = columned(len(ordered))
    figure, every = blank(1.5 + 3.2 * columns, 1.4 + 0.17 * max(rows, 4), columns)
    for number, axes in enumerate(every):
        _dots(axes, ordered[number * rows : (number + 1) * rows], rows)
    every[0].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=8)
    figure.suptitle("Precision and recall of each class, the weakest first", x=0.01, ha="left")
    return figure


def _dots(axes: Axes, scores: Sequence[Row], rows: int) -> None:
    places = range(len(scores))
    precision, recall = ([row[score] for row in scores] for score in ("precision", "recall"))
    axes.hlines(places, np.minimum(precision, recall), np.maximum(precision, recall), color="#cccccc", zorder=1)
    axes.scatter(precision, places, s=14, color=ORANGE, marker="D", label="precision")
    axes.scatter(recall, places, s=16, color=BLUE, label="recall")
    axes.set_yticks(places, [named(row["label"]) for row in scores], fontsize=7)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(-0.03, 1.03)
    axes.xaxis.set_major_formatter(_percent())
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)


def reliability(bins: Sequence[Row], ece: float) -> Figure:
    """How often answers are right by how probable they were called, and how many answers there are of each."""
    filled = [row for row in bins if row["count"]]
    figure = Figure(figsize=(6, 6.4), layout="constrained")
    right, below = figure.subplots(2, 1, height_ratios=[3, 1], sharex=True)
    middles, width = [(row["from"] + row["to"]) / 2 for row in filled], 0.92 / len(bins)
    right.bar(middles, [row["accuracy"] for row in filled], width, color=BLUE, label="right")
    below.bar(middles, [row["count"] for row in filled], width, color=GREY)
    right.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="as often right as it says")
    right.scatter(*_columns(filled, "confidence", "accuracy"), s=16, color=ORANGE, zorder=3, label="at their mean probability")
    right.set_title(f"Reliability: calibration error {ece:.1%}", loc="left")
    right.legend(loc="upper left", frameon=False)
    right.yaxis.set_major_formatter(_percent())
    below.yaxis.set_major_formatter(thousands())
    below.xaxis.set_major_formatter(_percent())
    below.set_xlim(0, 1)
    right.set_ylabel("share right")
    below.set(xlabel="probability of the best answer", ylabel="pictures")
    for axes in (right, below):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def coverage(rows: Sequence[Row], unsure_below: float) -> Figure:
    """What a threshold buys: fewer answers, more of them right; and what that threshold is for each share answered."""
    figure, (left, right) = blank(11, 4.6, 2)
    _by_threshold(left, rows, unsure_below)
    _by_coverage(right, [row for row in rows if row["accuracy"] is not None])
    for axes in (left, right):
        axes.yaxis.set_major_formatter(_percent())
        axes.grid(color="#eeeeee")
    return figure


def _by_threshold(axes: Axes, rows: Sequence[Row], unsure_below: float) -> None:
    answered = [row for row in rows if row["accuracy"] is not None]
    axes.plot(*_columns(rows, "threshold", "coverage"), color=GREY, label="answered")
    axes.plot(*_columns(answered, "threshold", "accuracy"), color=BLUE, label="right, of those answered")
    axes.axvline(unsure_below, color=ORANGE, linestyle="--", label=f"not sure under {unsure_below:.2f}")
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("threshold: lowest probability that is answered")
    axes.set_title("What a threshold buys", loc="left")
    axes.legend(loc="lower left", framealpha=1, edgecolor="none")


def _by_coverage(axes: Axes, rows: Sequence[Row]) -> None:
    axes.plot(*_columns(rows, "coverage", "accuracy"), color=BLUE)
    for row in _spread(rows[::10]):
        place = (row["coverage"], row["accuracy"])
        axes.plot(*place, "o", color=BLUE)
        axes.annotate(f"{row['threshold']:.1f}", place, xytext=(5, 5), textcoords="offset points")
    axes.set_xlim(-0.03, 1.08)
    axes.set_ylim(min(row["accuracy"] for row in rows) - 0.03, 1.03)
    axes.xaxis.set_major_formatter(_percent())
    axes.set(xlabel="answered", ylabel="right, of those answered")
    axes.set_title("Accuracy by coverage, with the threshold at each point", loc="left")


def _spread(rows: Sequence[Row]) -> list[Row]:
    """The rows without those whose coverage is almost that of one before."""
    kept: list[Row] = []
    for row in rows:
        if not kept or kept[-1]["coverage"] - row["coverage"] > 0.02:
            kept.append(row)
    return kept


def _columns(rows: Sequence[Row], *names: str) -> list[list[float]]:
    return [[row[name] for row in rows] for name in names]


def _percent() -> PercentFormatter:
    return PercentFormatter(1, decimals=0)


# ---- a training run ----------------------------------------------------------------------------------------------------


def curves(history: Sequence[Mapping[str, float]]) -> Figure:
    """Loss and accuracy by epoch, on what was trained on and on what was held out, with the best epoch marked."""
    figure, (loss, accuracy) = blank(11, 4.4, 2)
    _curve(loss, history, "loss")
    _curve(accuracy, history, "accuracy")
    accuracy.yaxis.set_major_formatter(_percent())
    return figure


def _curve(axes: Axes, history: Sequence[Mapping[str, float]], score: str) -> None:
    for name, label, colour in ((score, "training", GREY), (f"val_{score}", "held out", BLUE)):
        epochs = [epoch for epoch, entry in enumerate(history, 1) if name in entry]
        values = [history[epoch - 1][name] for epoch in epochs]
        axes.plot(epochs, values, ".-", color=colour, label=label)
        if values and name.startswith("val_"):
            best = int(np.argmin(values) if score == "loss" else np.argmax(values))
            axes.plot(epochs[best], values[best], "o", color=ORANGE, label=f"best: {values[best]:.4g} after epoch {epochs[best]}")
    axes.set_title(score.capitalize(), loc="left")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color="#eeeeee")
    axes.legend(framealpha=1, edgecolor="none")
