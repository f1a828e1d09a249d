"""What a data set holds, as data: how many of each class, how bright they are, what they look like."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.ml import feeding
from classifier.ml.datasets.examples import Examples
from classifier.ml.progress import counted

LEVELS = 32
CHANNELS = {1: ("ink",), 3: ("red", "green", "blue")}


@dataclass(frozen=True)
class Description:
    """`counts` (k,) and `histograms` (k, channels, 32) are of the classes in `class_names`.

    A histogram is the mean over the pictures of a class: the share of pixels at each of 32 equal steps of 0..255, summing to one.
    Where a class has no pictures it is zero.
    """

    class_names: tuple[str, ...]
    counts: NDArray[np.int64]
    histograms: NDArray[np.float64]

    @property
    def channels(self) -> tuple[str, ...]:
        return CHANNELS[self.histograms.shape[1]]

    @property
    def brightness(self) -> NDArray[np.float64]:
        """The mean intensity of each class, (k,), 0..1, from its histogram."""
        middles = (np.arange(LEVELS) + 0.5) / LEVELS
        means: NDArray[np.float64] = (self.histograms @ middles).mean(axis=1)
        return means


def describe(examples: Examples) -> Description:
    """Look at every picture, some at a time; says on stderr how far it is. Raises ValueError where there is none."""
    if not len(examples.labels):
        raise ValueError("The data set holds no pictures.")
    counts = np.bincount(examples.labels, minlength=len(examples.class_names))
    rows = counted(_by_class(examples), size=len, whole=len(examples.labels))
    return Description(examples.class_names, counts, np.stack([_histogram(examples, some) for some in rows]))


def samples(examples: Examples, per_class: int) -> NDArray[np.uint8]:
    """So many pictures of each class (k, per_class, h, w, 3), spread evenly over it; drawings dark on white, as is what lacks."""
    return np.stack([_strip(examples, rows, per_class) for rows in _by_class(examples)])


def write(description: Description, folder: Path) -> None:
    """Write counts.csv, a line a class, and histograms.csv, a line a class and channel, to the folder."""
    with (folder / "counts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("label", "pictures"), *zip(description.class_names, description.counts.tolist(), strict=True)]
        )
    step = 256 // LEVELS
    with (folder / "histograms.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["label", "channel", *(f"{first}-{first + step - 1}" for first in range(0, 256, step))])
        for name, by_channel in zip(description.class_names, description.histograms.round(6).tolist(), strict=True):
            table.writerows([name, channel, *shares] for channel, shares in zip(description.channels, by_channel, strict=True))


def _by_class(examples: Examples) -> list[NDArray[np.intp]]:
    return [np.flatnonzero(examples.labels == label) for label in range(len(examples.class_names))]


def _histogram(examples: Examples, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """The mean histogram of the pictures in the rows, (channels, 32)."""
    chunks = (feeding.shown(examples, rows[at : at + feeding.CHUNK]) for at in range(0, max(len(rows), 1), feeding.CHUNK))
    whole = np.asarray(sum(_levels(pictures) for pictures in chunks), dtype=np.float64)
    histogram: NDArray[np.float64] = whole / np.maximum(whole.sum(axis=1, keepdims=True), 1)
    return histogram


def _levels(pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels of each channel are at each step, (channels, 32)."""
    steps = pictures // (256 // LEVELS)
    return np.stack([np.bincount(steps[..., channel].ravel(), minlength=LEVELS) for channel in range(steps.shape[-1])])


def _strip(examples: Examples, rows: NDArray[np.intp], per_class: int) -> NDArray[np.uint8]:
    """Some of the rows' pictures side by side, (per_class, h, w, 3)."""
    spread = rows[np.linspace(0, len(rows) - 1, min(per_class, len(rows))).astype(int)]
    pictures = feeding.shown(examples, spread)
    if pictures.shape[-1] == 1:
        pictures = np.repeat(255 - pictures, 3, axis=-1)
    return np.pad(pictures, ((0, per_class - len(pictures)), *[(0, 0)] * 3), constant_values=255)
