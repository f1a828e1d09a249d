"""Does a drawing get the same answer, whichever way it comes in?

    python -m benchmarks.ways_in --artifact classifier/ml/pretrained/doodle --data DIR [--count 600]

Takes drawings that no training has seen (the validation split of the Quick, Draw! folder DIR), hands each in as strokes,
as a bitmap, as a screenshot and in other looks that people send, and prepares the pictures as the site does
(`pixels.open_picture`, `pixels.drawing`).

How to read it: `strokes` is what the network can do; the other ways cannot be better, and what they lose is lost by the
preparation. `accuracy` and `top3` are shares of drawings whose label came first or among the first three, `same` is the
share with the first guess of the strokes. With 600 drawings a difference under 0.02 is chance; the drawings are the same
in every run. `rotated 15` also asks the network itself: its strokes are not what it was trained on. Text on stderr, the
same as JSON on stdout.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import catalog, evaluation, pixels, strokes
from classifier.ml.datasets import quickdraw
from classifier.ml.inference import Recognizer
from classifier.ml.strokes import Stroke
from tests.ml.redrawing import Style, redraw, rotated

Bitmaps = NDArray[np.uint8]
Drawing = Sequence[Stroke]
Table = dict[str, dict[str, float]]

SCREENSHOT = Style(canvas=(400, 400))
PHOTO = Style(canvas=(640, 480), pen=5, ink=(50, 50, 70), paper=(225, 220, 210), fill=0.7, shade=0.45, blur=1.5, noise=6, jpeg=80)
LOOKS = {
    "pen 2": replace(SCREENSHOT, pen=2),
    "pen 24": replace(SCREENSHOT, pen=24),
    "white on black": replace(SCREENSHOT, ink=(255, 255, 255), paper=(0, 0, 0)),
    "coloured paper": replace(SCREENSHOT, ink=(30, 60, 160), paper=(250, 215, 120)),
    "2000 px": replace(SCREENSHOT, canvas=(2000, 2000), pen=12),
    "30 % off centre": replace(SCREENSHOT, fill=0.4, offset=(1.0, -1.0)),
    "JPEG 40": replace(SCREENSHOT, jpeg=40),
    "photo": PHOTO,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--artifact", type=Path, default=catalog.PRETRAINED / "doodle")
    parser.add_argument("--data", type=Path, required=True, help="folder of the Quick, Draw! dataset")
    parser.add_argument("--count", type=int, default=600, help="drawings (600)")
    parser.add_argument("--per-class", type=int, default=100, help="lines read of each class, of which a twentieth is used (100)")
    options = parser.parse_args()
    recognizer = Recognizer(options.artifact)
    drawings, labels = held_out(options.data, options.count, options.per_class, recognizer.card.labels)
    table = measure(recognizer, drawings, labels)
    print(as_text(table, len(drawings)), file=sys.stderr)
    print(json.dumps({"artifact": str(options.artifact), "count": len(drawings), "ways": table}, indent=1))


def held_out(data: Path, count: int, per_class: int, names: Sequence[str]) -> tuple[list[Drawing], NDArray[np.int64]]:
    """Drawings of the validation split, the same for the same data and count, and their labels by the artifact's order."""
    examples = quickdraw.load(data, cap_per_class=per_class)
    column = np.array([names.index(name) for name in examples.class_names])
    rows = np.random.default_rng(0).permutation(np.flatnonzero(examples.in_validation))[:count]
    return [examples.drawings[row] for row in rows], column[examples.labels[rows]]


def measure(recognizer: Recognizer, drawings: Sequence[Drawing], labels: NDArray[np.int64]) -> Table:
    table: Table = {}
    first_guess: NDArray[np.intp] | None = None
    for way, bitmap_of in ways().items():
        started = time.perf_counter()
        probabilities = recognizer.probabilities(np.stack([bitmap_of(index, one) for index, one in enumerate(drawings)]))
        guess = probabilities.argmax(axis=1)
        first_guess = guess if first_guess is None else first_guess
        table[way] = {
            "accuracy": round(float((guess == labels).mean()), 4),
            "top3": round(float(evaluation.top_k(probabilities, labels, 3).mean()), 4),
            "same": round(float((guess == first_guess).mean()), 4),
        }
        print(f"{way}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return table


def ways() -> dict[str, Callable[[int, Drawing], Bitmaps]]:
    """How the drawing with an index becomes the bitmap (28, 28) that the network sees. The first is what it was trained on."""

    def look(style: Style) -> Callable[[int, Drawing], Bitmaps]:
        return lambda index, drawing: handed_in(redraw(drawing, style))

    return {
        "strokes": lambda index, drawing: strokes.render(drawing),
        "bitmap": lambda index, drawing: handed_in(Image.fromarray(255 - strokes.render(drawing))),
        "screenshot": lambda index, drawing: handed_in(redraw(drawing, replace(SCREENSHOT, pen=4 + index % 7))),
        **{name: look(style) for name, style in LOOKS.items()},
        "rotated 15, strokes": lambda index, drawing: strokes.render(rotated(drawing, 15)),
        "rotated 15, screenshot": lambda index, drawing: handed_in(redraw(rotated(drawing, 15), SCREENSHOT)),
    }


def handed_in(picture: Image.Image) -> Bitmaps:
    """What the network sees of a picture that was uploaded as PNG."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return pixels.drawing(pixels.open_picture(file.getvalue()))


def as_text(table: Table, count: int) -> str:
    head = f"{f'{count} drawings':24}{'accuracy':>9}{'top3':>8}{'same':>8}"
    lines = [f"{way:24}{row['accuracy']:9.3f}{row['top3']:8.3f}{row['same']:8.3f}" for way, row in table.items()]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    main()
