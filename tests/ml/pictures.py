"""Pictures and drawings to test with, and the files that they are sent as."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from classifier.ml import strokes
from tests.ml.redrawing import Style

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
DRAWINGS = {sample["word"]: strokes.parse(sample["drawing"]) for sample in SAMPLES}
BITMAPS = {
    sample["word"]: np.frombuffer(base64.b64decode(sample["bitmap_base64"]), dtype=np.uint8).reshape(28, 28) for sample in SAMPLES
}


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noisy(size: tuple[int, int] = (120, 80)) -> Image.Image:
    values = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(values)


CLEAN = {
    "thin": Style(pen=2),
    "usual": Style(pen=6),
    "marker": Style(pen=10),
    "thick": Style(pen=24, fill=0.95),
    "white on black": Style(ink=(255, 255, 255), paper=(0, 0, 0)),
    "red on beige": Style(pen=5, ink=(200, 30, 30), paper=(240, 230, 200), jpeg=75),
    "yellow on white": Style(pen=5, ink=(255, 235, 60)),
    "equally bright": Style(pen=5, ink=(220, 60, 60), paper=(60, 140, 60)),
    "pencil": Style(canvas=(800, 600), pen=3, ink=(150, 150, 155), paper=(238, 238, 232), jpeg=85, noise=2),
    "small canvas": Style(canvas=(100, 100), pen=1),
    "in a corner": Style(canvas=(1_000, 700), pen=5, fill=0.3, offset=(1, -1)),
    "to the edges": Style(pen=8, fill=1),
}
HARD = {
    "hair line on a large canvas": Style(canvas=(1_400, 1_400), pen=1, jpeg=80),
    "marker on a small canvas": Style(canvas=(100, 100), pen=6),
    "photo": Style(
        canvas=(640, 480), pen=5, ink=(50, 50, 70), paper=(225, 220, 210), fill=0.7, shade=0.45, blur=1.5, noise=6, jpeg=80
    ),
    "photo with a shadow": Style(
        canvas=(640, 480),
        pen=5,
        ink=(30, 40, 120),
        paper=(230, 228, 220),
        fill=0.6,
        shade=0.3,
        shadow=0.35,
        blur=1.5,
        noise=5,
        jpeg=70,
    ),
    "chalk": Style(canvas=(640, 480), ink=(220, 225, 220), paper=(40, 70, 55), shade=0.3, noise=6, jpeg=80),
}
