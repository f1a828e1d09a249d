"""The sample drawings in every form that a command reads."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from classifier.ml import catalog, strokes
from tests.ml.redrawing import Style, redraw

ARTIFACT = catalog.PRETRAINED / "doodle"
SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
DRAWINGS = [strokes.parse(sample["drawing"]) for sample in SAMPLES]
WORDS = [sample["word"] for sample in SAMPLES]
NAMES = sorted(WORDS, reverse=True)
BITMAPS = strokes.render_batch(DRAWINGS)
IMAGES = np.stack([np.asarray(redraw(drawing, Style())) for drawing in DRAWINGS])
LABELS = np.array([NAMES.index(word) for word in WORDS])
LINES = "".join(json.dumps({"word": sample["word"], "drawing": sample["drawing"]}) + "\n" for sample in SAMPLES)


def write(path: Path, **changes: Any) -> Path:
    """The samples as the file's name demands; for .npz, arrays other than usual (None: without)."""
    if path.suffix == ".npz":
        arrays = {"bitmaps": BITMAPS, "labels": LABELS, "class_names": np.array(NAMES), **changes}
        np.savez_compressed(path, **{name: array for name, array in arrays.items() if array is not None})
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(LINES.encode()))
    else:
        path.write_text(LINES)
    return path
