"""Drawing or photo: told from the pixels of drawings in many styles and of a few real photographs."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from classifier.ml import pixels
from classifier.ml.pixels import looks_like
from tests.factories import photo, picture
from tests.ml.pictures import BITMAPS, CLEAN, DRAWINGS, HARD
from tests.ml.redrawing import Style, redraw, rotated

PAPERS = {
    "notebook": Style(
        canvas=(900, 1_200), pen=4, ink=(40, 60, 160), paper=(235, 233, 225), fill=0.5, shade=0.5, noise=8, jpeg=60
    ),
    "dim room": Style(canvas=(640, 480), ink=(20, 15, 10), paper=(140, 110, 80), shade=0.5, blur=1, noise=10, jpeg=60),
    "red on blue": Style(pen=9, ink=(220, 40, 40), paper=(120, 180, 230), jpeg=70),
    "small jpeg": Style(canvas=(64, 64), pen=3, jpeg=60),
    "32 pixels": Style(canvas=(32, 32), pen=2),
}
STYLES = {**CLEAN, **HARD, **PAPERS}
PHOTOS = {
    "a temple": ("sklearn", "datasets/images/china.jpg"),
    "a flower": ("sklearn", "datasets/images/flower.jpg"),
    "a portrait": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
}


def photograph(name: str) -> Image.Image:
    """One of those that come with the worker's libraries, which are not loaded for it."""
    library, path = PHOTOS[name]
    spec = find_spec(library)
    assert spec
    assert spec.origin
    return pixels.open_picture((Path(spec.origin).parent / path).read_bytes())


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return pixels.open_picture(file.getvalue())


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_drawing_on_any_paper_is_a_drawing(style: Style) -> None:
    for word in ("cat", "house"):
        assert looks_like(redraw(rotated(DRAWINGS[word], 10), style)) == "drawing", word


@pytest.mark.parametrize("word", BITMAPS)
def test_a_data_set_bitmap_is_a_drawing_in_both_polarities(word: str) -> None:
    assert looks_like(Image.fromarray(BITMAPS[word])) == looks_like(Image.fromarray(255 - BITMAPS[word])) == "drawing"


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("side", [28, 32, 100, 300])
def test_a_photograph_is_a_photo_of_any_size_in_colours_and_in_grey(name: str, side: int) -> None:
    small = photograph(name).resize((side, side), Image.Resampling.LANCZOS)
    for shown in (small, small.convert("L"), as_jpeg(small, 40), small.resize((640, 640))):
        assert looks_like(shown) == "photo"


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photograph_as_it_is_kept_is_a_photo(name: str) -> None:
    assert looks_like(photograph(name)) == "photo"


def test_several_pens_still_draw() -> None:
    picture = Image.new("RGB", (400, 400), "white")
    pencil = ImageDraw.Draw(picture)
    for place, colour in enumerate(("red", "blue", "green", "orange")):
        pencil.arc((40 + place * 50, 80, 180 + place * 50, 300), 0, 300, fill=colour, width=7)
    assert looks_like(picture) == "drawing"


def test_clip_art_with_few_colours_on_white_is_a_drawing() -> None:
    face = Image.new("RGB", (300, 300), "white")
    pencil = ImageDraw.Draw(face)
    pencil.ellipse((60, 60, 240, 240), fill="gold", outline="black", width=5)
    pencil.arc((110, 130, 190, 200), 0, 180, fill="red", width=6)
    assert looks_like(face) == "drawing"


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (28, 28), (300, 200), (2_048, 2_048)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_is_a_drawing_that_is_not_begun(size: tuple[int, int], level: int) -> None:
    assert looks_like(Image.new("L", size, level)) == looks_like(Image.new("RGB", size, (level, 90, 90))) == "drawing"


@pytest.mark.parametrize("size", [(1, 2), (2, 1), (5, 5), (3, 400)])
def test_the_smallest_pictures_are_judged_too(size: tuple[int, int]) -> None:
    values = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    assert looks_like(Image.fromarray(values)) in ("drawing", "photo")


def test_what_other_tests_take_for_a_photo_and_for_a_drawing_is_so() -> None:
    assert [looks_like(pixels.open_picture(photo(side, seed))) for side in (32, 200, 600) for seed in (1, 2, 3)] == ["photo"] * 9
    assert [looks_like(pixels.open_picture(picture(side))) for side in (30, 60, 400)] == ["drawing"] * 3
