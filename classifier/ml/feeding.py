"""Examples → the arrays that a network is trained and measured on, by the same functions that serve the site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml import augmentation
from classifier.ml.datasets.examples import DrawingExamples, Examples, PictureExamples
from classifier.ml.handover import INPUTS
from classifier.ml.sequences import sequence_batch
from classifier.ml.strokes import Stroke, render_batch

CHUNK = 256
Rows = NDArray[np.intp]


def clean(examples: Examples, rows: Rows, form: str) -> NDArray[Any]:
    """The examples as they are, (n, *shape) of the input form `form`. Raises ValueError if they cannot take that form."""
    if isinstance(examples, PictureExamples):
        return _pictures(examples, rows, form)
    chunks = [drawn([examples.drawings[row] for row in rows[at : at + CHUNK]], form) for at in range(0, len(rows), CHUNK)]
    return np.concatenate(chunks) if chunks else np.empty((0, *INPUTS[form].shape), INPUTS[form].dtype)


def shown(examples: Examples, rows: Rows) -> NDArray[np.uint8]:
    """The examples as a person would look at them, (n, h, w, c): pictures as they are, drawings as bitmaps with ink 255."""
    return examples.pixels[rows] if isinstance(examples, PictureExamples) else clean(examples, rows, "bitmap")


def varied(examples: Examples, rows: Rows, form: str, *, how: str | None, rng: np.random.Generator, epoch: int) -> NDArray[Any]:
    """The examples as somebody else might have drawn or taken them: `how` is "strokes", "shifts", "cutout" or None.

    None stands for `clean`; cut-outs are shifted too. Raises ValueError where it does not suit the examples, and as `clean`.
    """
    if how == "strokes" and isinstance(examples, DrawingExamples):
        return _redrawn([examples.drawings[row] for row in rows], form, rng)
    if how in ("shifts", "cutout") and isinstance(examples, PictureExamples):
        shifted = augmentation.shifted(_pictures(examples, rows, form), rows, rng, epoch)
        return augmentation.cut_out(shifted, rng) if how == "cutout" else shifted
    if how is None:
        return clean(examples, rows, form)
    known = "'strokes'" if isinstance(examples, DrawingExamples) else "'shifts' and 'cutout'"
    raise ValueError(f"There is no augmentation {how!r} for these examples: they have {known}.")


def _pictures(examples: PictureExamples, rows: Rows, form: str) -> NDArray[np.uint8]:
    if examples.pixels.shape[1:] != INPUTS[form].shape:
        raise ValueError(f"The input {form!r} is {INPUTS[form].shape}, but these pictures are {examples.pixels.shape[1:]}.")
    return examples.pixels[rows]


def drawn(drawings: Sequence[Sequence[Stroke]], form: str) -> NDArray[Any]:
    """Aligned drawings as inputs (n, *shape) of the form. Raises ValueError if drawings cannot take it."""
    if form == "sequence":
        return sequence_batch(drawings)
    if form == "bitmap":
        return render_batch(drawings)[..., None]
    raise ValueError(f"Drawings cannot become the input {form!r}.")


def _redrawn(drawings: Sequence[Sequence[Stroke]], form: str, rng: np.random.Generator) -> NDArray[Any]:
    redrawn = [augmentation.redraw(drawing, rng) for drawing in drawings]
    if form == "bitmap":
        return render_batch(redrawn, line_width=augmentation.pens(len(redrawn), rng))[..., None]
    return drawn(redrawn, form)
