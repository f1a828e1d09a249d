"""Quick, Draw! simplified drawings: a folder of `<class>.ndjson` (or `.ndjson.gz`), as its publisher lays it out.

The Quick, Draw! Dataset is made available by Google, Inc. under CC BY 4.0.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from classifier.ml.datasets.examples import DrawingExamples, chosen, on_validation_side
from classifier.ml.strokes import Stroke

SUFFIXES = (".ndjson", ".ndjson.gz")


def load(
    root: Path, *, classes: Sequence[str] | None = None, cap_per_class: int | None = None, validation_share: float = 0.05
) -> DrawingExamples:
    """Load drawings from `root`, `root/simplified` or `root/quickdraw/simplified`.

    Of all classes, or of `classes` in their order; at most `cap_per_class` a class, first come.
    Raises FileNotFoundError if there are no ndjson files, or none for a class, ValueError for a bad line.
    """
    files = chosen(_class_files(root), classes)
    drawings: list[list[Stroke]] = []
    labels: list[int] = []
    held_out: list[bool] = []
    for label, path in enumerate(files.values()):
        for drawing, key in _lines(path, cap_per_class):
            drawings.append(drawing)
            labels.append(label)
            held_out.append(on_validation_side(key.encode(), validation_share))
    return DrawingExamples(np.array(labels), np.array(held_out), tuple(files), drawings)


def class_names(root: Path) -> tuple[str, ...]:
    """The classes that `root` holds drawings of, sorted. Raises FileNotFoundError as `load` does."""
    return tuple(_class_files(root))


def _class_files(root: Path) -> dict[str, Path]:
    for folder in (root, root / "simplified", root / "quickdraw" / "simplified"):
        found = {_class_name(path): path for path in folder.glob("*.ndjson*") if path.name.endswith(SUFFIXES)}
        if found:
            return dict(sorted(found.items()))
    raise FileNotFoundError(f"No <class>.ndjson files in {root}, {root}/simplified or {root}/quickdraw/simplified.")


def _class_name(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".ndjson")


def _lines(path: Path, cap: int | None) -> Iterator[tuple[list[Stroke], str]]:
    open_file: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else Path.open
    with open_file(path, mode="rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if cap is not None and number >= cap:
                return
            try:
                yield _parsed(json.loads(line))
            except (ValueError, TypeError, LookupError) as error:
                raise ValueError(f"{path}, line {number + 1} is no drawing: {error}") from error


def _parsed(line: Any) -> tuple[list[Stroke], str]:
    """The strokes and the key, or where some copy lost it, the lines. Raises ValueError, TypeError or LookupError."""
    drawing = [np.array(stroke[:2], dtype=np.float64) for stroke in line["drawing"]]
    if not drawing or any(stroke.ndim != 2 or not stroke.size for stroke in drawing):
        raise ValueError("it needs strokes of one point or more")
    return drawing, str(line["key_id"]) or json.dumps(line["drawing"])
