"""What a network is fed with: the examples as they are, and as others might have made them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import feeding, strokes
from classifier.ml.datasets.examples import DrawingExamples, PictureExamples
from classifier.ml.handover import INPUTS

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
DRAWN = [strokes.parse(sample["drawing"]) for sample in SAMPLES[:4]]
ALL = np.arange(4)
PLAIN: dict[str, Any] = {"labels": ALL.copy(), "in_validation": np.zeros(4, dtype=bool), "class_names": ("a", "b", "c", "d")}
DRAWINGS = DrawingExamples(**PLAIN, drawings=DRAWN)
PHOTOS = PictureExamples(**PLAIN, pixels=np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8))


def varied(examples: Any, form: str, how: str | None, *, epoch: int = 0, seed: int = 1) -> Any:
    return feeding.varied(examples, ALL, form, how=how, rng=np.random.default_rng(seed), epoch=epoch)


@pytest.mark.parametrize(("examples", "form"), [(DRAWINGS, "bitmap"), (DRAWINGS, "sequence"), (PHOTOS, "photo")])
def test_every_form_has_its_shape(examples: Any, form: str) -> None:
    for inputs in (feeding.clean(examples, ALL, form), varied(examples, form, None)):
        assert inputs.shape == (4, *INPUTS[form].shape)
        assert inputs.dtype == INPUTS[form].dtype
    assert feeding.clean(examples, ALL[:0], form).shape == (0, *INPUTS[form].shape)


@pytest.mark.parametrize(("examples", "form"), [(DRAWINGS, "photo"), (PHOTOS, "bitmap")])
def test_what_cannot_take_the_form_is_refused(examples: Any, form: str) -> None:
    with pytest.raises(ValueError, match=f"'{form}'|input"):
        feeding.clean(examples, ALL, form)


@pytest.mark.parametrize(
    ("examples", "how"), [(DRAWINGS, "shifts"), (DRAWINGS, "cutout"), (PHOTOS, "strokes"), (PHOTOS, "magic")]
)
def test_an_augmentation_of_something_else_is_refused(examples: Any, how: str) -> None:
    with pytest.raises(ValueError, match=r"There is no augmentation .* for these examples: they have 's"):
        varied(examples, "bitmap" if examples is DRAWINGS else "photo", how)


@pytest.mark.parametrize("form", ["bitmap", "sequence"])
def test_redrawn_drawings_are_like_them_but_not_they(form: str) -> None:
    clean, redrawn = feeding.clean(DRAWINGS, ALL, form), varied(DRAWINGS, form, "strokes")
    assert all((one != other).any() for one, other in zip(clean, redrawn, strict=True))
    assert np.array_equal(redrawn, varied(DRAWINGS, form, "strokes"))


def test_shifts_move_a_photo_and_mirror_it_in_every_other_epoch() -> None:
    even, odd = (varied(PHOTOS, "photo", "shifts", epoch=epoch) for epoch in (0, 1))
    for photo, first, second in zip(PHOTOS.pixels, even, odd, strict=True):
        assert np.array_equal(first, second[:, ::-1])  # the same shift, by the same seed
        padded = np.pad(photo, ((2, 2), (2, 2), (0, 0)), mode="reflect")
        windows = [padded[down : down + 32, right : right + 32] for down in range(5) for right in range(5)]
        assert any(np.array_equal(window, either) for window in windows for either in (first, second))


def test_a_cut_out_greys_one_square_of_a_photo_that_is_shifted_as_ever() -> None:
    shifted, cut = varied(PHOTOS, "photo", "shifts"), varied(PHOTOS, "photo", "cutout")
    for before, after in zip(shifted, cut, strict=True):
        rows, columns = np.nonzero((before != after).any(axis=-1))
        assert int(np.ptp(rows)) == int(np.ptp(columns)) == 7
        assert (after[rows, columns] == 121).all()
