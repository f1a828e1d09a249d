"""What a data set holds, drawn: counts, histograms of intensity, a sheet of samples. As readable for 345 classes as for 3."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from classifier.ml.descriptions import LEVELS, Description
from classifier.ml.figures import BLUE, READABLE_CLASSES, blank, columned, named, save, short, thousands

COLOURS = {"ink": BLUE, "red": "#c62f2f", "green": "#2e8b3d", "blue": BLUE}
LEAST = 1e-3
"""The share of pixels under which a histogram's logarithmic scale says nothing."""
HEADING, GAP, FONT = 32, 28, 18  # pixels of a sheet


def write(description: Description, samples: NDArray[np.uint8], folder: Path) -> None:
    """Write counts.png, histograms.png and samples.png to the folder."""
    save(counts(description), folder / "counts.png")
    save(histograms(description), folder / "histograms.png")
    sheet(samples, description.class_names).save(folder / "samples.png")


def counts(description: Description) -> Figure:
    """How many pictures each class has, most first, in columns read downwards."""
    order = np.argsort(-description.counts, kind="stable")
    columns, rows = columned(len(order))
    figure, every = blank(1.5 + 3.2 * columns, 1.2 + 0.17 * max(rows, 4), columns)
    for number, axes in enumerate(every):
        some = order[number * rows : (number + 1) * rows]
        bars = axes.barh(range(len(some)), description.counts[some], color=BLUE)
        axes.bar_label(bars, fmt="{:,.0f}", fontsize=6, padding=2)
        _name_rows(axes, [description.class_names[index] for index in some], rows)
        axes.set_xlim(0, 1.25 * description.counts.max())
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.xaxis.set_major_formatter(thousands())
    figure.suptitle(f"{description.counts.sum():,} pictures of {len(order)} classes", x=0.01, ha="left")
    return figure


def histograms(description: Description) -> Figure:
    """The mean histogram of each class: a plot each up to 50 classes, of more a row each, the brightest class first."""
    if len(description.class_names) > READABLE_CLASSES:
        return _heat(description)
    return _plots(description)


def _plots(description: Description) -> Figure:
    columns = min(5, len(description.class_names))
    rows = -(-len(description.class_names) // columns)
    figure = Figure(figsize=(max(2.4 * columns, 5), 1.9 * rows + 0.8), layout="constrained")
    every = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, name, by_channel in zip(every, description.class_names, description.histograms, strict=False):
        for channel, shares in zip(description.channels, by_channel, strict=True):
            axes.stairs(
                np.maximum(shares, LEAST), np.linspace(0, 256, LEVELS + 1), color=COLOURS[channel], label=channel, baseline=None
            )
        axes.set_title(named(name), fontsize=9, loc="left")
        if description.channels == ("ink",):  # most of a drawing is paper
            axes.set_yscale("log")
        axes.set_xticks([0, 128, 255])
        axes.spines[["top", "right"]].set_visible(False)
    for axes in every[len(description.class_names) :]:
        axes.set_visible(False)
    every[0].legend(fontsize=7, frameon=False)
    figure.supxlabel("intensity", fontsize=9)
    figure.supylabel("share of pixels, mean of the class", fontsize=9)
    return figure


def _heat(description: Description) -> Figure:
    order = np.argsort(-description.brightness, kind="stable")
    shares = np.maximum(description.histograms.mean(axis=1), LEAST)
    columns, rows = columned(len(order))
    figure, every = blank(2.5 + 3.0 * columns, 1.4 + 0.17 * rows, columns)
    for number, axes in enumerate(every):
        some = order[number * rows : (number + 1) * rows]
        extent = (0, 256, len(some) - 0.5, -0.5)
        axes.imshow(shares[some], aspect="auto", cmap="viridis", norm=LogNorm(LEAST, 1), extent=extent, interpolation="none")
        _name_rows(axes, [description.class_names[index] for index in some], rows)
        axes.set_xticks([0, 128, 255])
    figure.colorbar(every[0].images[0], ax=every, label="share of pixels, mean of the class", aspect=50, pad=0.01)
    figure.supxlabel("intensity", fontsize=9)
    figure.suptitle("Intensities of each class, the brightest first", x=0.01, ha="left")
    return figure


def _name_rows(axes: Axes, class_names: Sequence[str], rows: int) -> None:
    axes.set_yticks(range(len(class_names)), [named(name) for name in class_names], fontsize=7)
    axes.set_ylim(rows - 0.5, -0.5)


def sheet(samples: NDArray[np.uint8], class_names: Sequence[str]) -> Image.Image:
    """The samples (k, n, h, w, 3) at twice their size, a strip a class under its name, in columns read downwards."""
    strips = samples.transpose(0, 2, 1, 3, 4).reshape(len(samples), samples.shape[2], -1, 3).repeat(2, axis=1).repeat(2, axis=2)
    columns, rows = columned(len(strips))
    height, width = strips.shape[1] + HEADING, strips.shape[2] + GAP
    page = Image.new("RGB", (columns * width + GAP, rows * height + GAP), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(FONT)
    for number, (strip, name) in enumerate(zip(strips, class_names, strict=True)):
        left, top = GAP + number // rows * width, number % rows * height + HEADING
        page.paste(Image.fromarray(strip), (left, top))
        pen.text((left, top - 4), short(name), fill="black", font=font, anchor="ls")
    return page
