"""Where the lines of a chart run: numbers to SVG coordinates, which the template only draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 320, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 302, 10, 140
DOT_RADII = 2.5, 7.0
SIDES = (("training", ""), ("validation", "val_"))

History = Sequence[Mapping[str, float]]
Words = Callable[[float], str]


@dataclass(frozen=True)
class Axis:
    """From the lowest value at `start` to the highest at `end`, in the drawing's units."""

    low: float
    high: float
    start: float
    end: float
    words: Words

    def at(self, value: float) -> str:
        return f"{self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start):.1f}"

    def marks(self, *values: float) -> list[Mark]:
        return [Mark(self.at(value), self.words(value)) for value in values]


@dataclass(frozen=True)
class Mark:
    """A place on an axis, and what stands there."""

    at: str
    words: str


@dataclass(frozen=True)
class Line:
    """`last` is where it has come to, in words."""

    name: str
    points: str
    last: str = ""


@dataclass(frozen=True)
class Dot:
    x: str
    y: str
    radius: str
    words: str


@dataclass(frozen=True)
class Chart:
    """`summary` says in words what there is to see."""

    title: str
    summary: str
    across: str
    x_marks: list[Mark]
    y_marks: list[Mark]
    lines: list[Line]
    dots: list[Dot] = field(default_factory=list)

    width, height, left, right, bottom, middle = WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, (LEFT + RIGHT) // 2


def curves(history: History, epochs: int = 0) -> list[Chart]:
    """Accuracy and loss by epoch, of what was trained on and of what was held out; nothing while no epoch is complete."""
    if not history:
        return []
    losses = [value for epoch in history for key in ("loss", "val_loss") if math.isfinite(value := epoch.get(key, 0.0))]
    across = Axis(1, max(epochs, len(history), 2), LEFT, RIGHT, lambda epoch: f"{epoch:.0f}")
    return [
        _curve("Accuracy", history, across, _upward(1.0, _percent)),
        _curve("Loss", history, across, _upward(max(losses, default=0.0) or 1.0, lambda loss: f"{loss:.2f}")),
    ]


def reliability(bins: Iterable[tuple[float, float, int]]) -> Chart:
    """How often it was right against how sure it was: what lies on the diagonal means what it says."""
    found, across, up = list(bins), Axis(0, 1, LEFT, RIGHT, _percent), _upward(1.0, _percent)
    most = max((pictures for _, _, pictures in found), default=1)
    return Chart(
        title="Reliability",
        summary="; ".join(f"{_percent(sure)} sure, {_percent(right)} right" for sure, right, _ in found),
        across="how sure it was",
        x_marks=across.marks(0, 0.5, 1),
        y_marks=up.marks(0, 0.5, 1),
        lines=[Line("as it should be", f"{across.at(0)},{up.at(0)} {across.at(1)},{up.at(1)}")],
        dots=[_dot(across.at(one[0]), up.at(one[1]), most, *one) for one in found],
    )


def _curve(title: str, history: History, across: Axis, up: Axis) -> Chart:
    lines = [_line(name, history, f"{prefix}{title.lower()}", across, up) for name, prefix in SIDES]
    return Chart(
        title=title,
        summary=f"After epoch {len(history)}: " + ", ".join(f"{line.name} {line.last}" for line in lines),
        across="epoch",
        x_marks=across.marks(across.low, across.high),
        y_marks=up.marks(0, up.high / 2, up.high),
        lines=lines,
    )


def _line(name: str, history: History, key: str, across: Axis, up: Axis) -> Line:
    """A single epoch gives a line of no length, which round ends make a dot."""
    values = [(place, epoch[key]) for place, epoch in enumerate(history, start=1) if math.isfinite(epoch.get(key, math.nan))]
    drawn = values * 2 if len(values) == 1 else values
    points = " ".join(f"{across.at(epoch)},{up.at(value)}" for epoch, value in drawn)
    return Line(name, points, up.words(values[-1][1]) if values else "unknown")


def _upward(high: float, words: Words) -> Axis:
    return Axis(0, high, BOTTOM, TOP, words)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _dot(x: str, y: str, most: int, sure: float, right: float, pictures: int) -> Dot:
    smallest, largest = DOT_RADII
    radius = smallest + math.sqrt(pictures / most) * (largest - smallest)
    return Dot(x, y, f"{radius:.1f}", f"{_percent(sure)} sure, {_percent(right)} right, {pictures:,} pictures")
