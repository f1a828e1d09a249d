"""What an answer costs: the network by number of drawings, and what comes before it.

    python -m benchmarks.inference [--artifact DIR] [--seconds 3]

How to read it: `network` gives, for 1, 16 and 64 pictures in one call, the median milliseconds of the call and of each
picture, pictures a second, and `times`, how many times as many that is as one at a time: this ratio is taken in one run and
can be compared between machines, the milliseconds cannot. `Recognizer` fills every call up to 16 rows, so a call with one
drawing takes as long as a call with 16. `before` is the median milliseconds a drawing of rendering strokes (alone, and in a
batch of 64) and of preparing pictures as the site does, from the file's bytes. `load_s` is loading and compiling,
without the import of TensorFlow. JSON on stdout.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml import catalog, pixels, strokes
from classifier.ml.handover import INPUTS
from classifier.ml.inference import Recognizer
from classifier.ml.strokes import Stroke
from tests.ml.redrawing import Style, redraw

SAMPLES = Path(__file__).parent.parent / "tests" / "ml" / "samples" / "quickdraw.json"
COUNTS = (1, 16, 64)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--artifact", type=Path, default=catalog.PRETRAINED / "doodle")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each is measured (3)")
    options = parser.parse_args()
    samples = json.loads(SAMPLES.read_text(encoding="utf-8"))["drawings"]
    drawings = [strokes.parse(sample["drawing"]) for sample in samples]
    started = time.perf_counter()
    recognizer = Recognizer(options.artifact)
    result = {
        "load_s": round(time.perf_counter() - started, 2),
        "network": network(recognizer, drawings, options.seconds),
        "before": before(drawings, options.seconds),
    }
    print(json.dumps(result, indent=1))


def network(recognizer: Recognizer, drawings: list[list[Stroke]], seconds: float) -> dict[int, dict[str, float]]:
    rows: dict[int, dict[str, float]] = {}
    for count in COUNTS:
        call = milliseconds(partial(recognizer.probabilities, inputs(recognizer, drawings, count)), seconds)
        rows[count] = {"call_ms": call, "picture_ms": call / count, "a_second": count * 1000 / call}
    one = rows[COUNTS[0]]["a_second"]
    return {
        count: {name: round(value, 3) for name, value in {**row, "times": row["a_second"] / one}.items()}
        for count, row in rows.items()
    }


def inputs(recognizer: Recognizer, drawings: list[list[Stroke]], count: int) -> NDArray[Any]:
    """Drawings for a network that reads bitmaps; for another, which takes as long over anything, what chance brings."""
    if recognizer.card.input == "bitmap":
        return strokes.render_batch([drawings[index % len(drawings)] for index in range(count)])
    form = INPUTS[recognizer.card.input]
    return np.random.default_rng(1).integers(0, 256, (count, *form.shape)).astype(form.dtype)


def before(drawings: list[list[Stroke]], seconds: float) -> dict[str, float]:
    """Median milliseconds a drawing of each thing that can come before the network."""
    many = [drawings[index % len(drawings)] for index in range(64)]
    screenshot = [as_png(drawing, Style()) for drawing in drawings]
    large = [as_png(drawing, Style(canvas=(2000, 2000), pen=12)) for drawing in drawings]
    costs = {
        "render": milliseconds(lambda: [strokes.render(one) for one in drawings], seconds) / len(drawings),
        "render_in_64": milliseconds(lambda: strokes.render_batch(many), seconds) / len(many),
        "screenshot_400": milliseconds(lambda: [prepared(file) for file in screenshot], seconds) / len(drawings),
        "screenshot_2000": milliseconds(lambda: [prepared(file) for file in large], seconds) / len(drawings),
    }
    return {name: round(cost, 3) for name, cost in costs.items()}


def as_png(drawing: list[Stroke], style: Style) -> bytes:
    file = io.BytesIO()
    redraw(drawing, style).save(file, "PNG")
    return file.getvalue()


def prepared(file: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return pixels.drawing(pixels.open_picture(file))


def milliseconds(work: Callable[[], object], seconds: float) -> float:
    """The median of as many runs as fit into `seconds`, after one that does not count."""
    work()
    runs: list[float] = []
    until = time.perf_counter() + seconds
    while not runs or time.perf_counter() < until:
        started = time.perf_counter()
        work()
        runs.append((time.perf_counter() - started) * 1000)
    return median(runs)


if __name__ == "__main__":
    main()
