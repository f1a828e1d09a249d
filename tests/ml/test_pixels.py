"""Pictures that were opened: what of them is kept, and what the network gets to see of a drawing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, PngImagePlugin

from classifier.ml import pixels, strokes
from tests.ml.pictures import BITMAPS, CLEAN, DRAWINGS, HARD, noisy, saved
from tests.ml.redrawing import Style, redraw, rotated


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


def test_nothing_but_pixels_survives_encoding() -> None:
    exif, text = Image.Exif(), PngImagePlugin.PngInfo()
    exif[0x010F], exif[0x8825] = "SecretMaker", {1: "N", 2: (48.0, 8.0, 0.0)}
    text.add_text("Comment", "SecretComment")
    for picture in (noisy((60, 40)), noisy((300, 300))):
        files = (
            saved(picture, "JPEG", exif=exif, comment=b"SecretComment", icc_profile=b"SecretProfile"),
            saved(picture, "PNG", exif=exif, pnginfo=text, icc_profile=b"SecretProfile"),
        )
        for file in files:
            opened = pixels.open_picture(file)
            encoded, _ = pixels.encode_picture(opened)
            again = Image.open(io.BytesIO(encoded))
            assert b"Secret" not in encoded
            assert not opened.getexif()
            assert not again.getexif()
            assert not {"icc_profile", "comment", "exif"} & (set(again.info) | set(opened.info))


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (256, 200)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_small_pictures_are_kept_exactly(size: tuple[int, int], mode: str) -> None:
    picture = noisy(size).convert(mode)
    encoded, content_type = pixels.encode_picture(picture)
    assert content_type == "image/png"
    assert np.array_equal(np.asarray(pixels.open_picture(encoded)), np.asarray(picture))
    assert encoded == pixels.encode_picture(picture)[0]


def test_drawings_are_kept_as_png_and_photos_as_jpeg() -> None:
    screenshot = redraw(DRAWINGS["cat"], Style(canvas=(600, 600)))
    assert pixels.encode_picture(screenshot)[1] == "image/png"
    encoded, content_type = pixels.encode_picture(noisy((600, 600)))
    assert content_type == "image/jpeg"
    assert pixels.open_picture(encoded).size == (600, 600)


def test_what_is_stored_is_never_larger_than_what_is_opened() -> None:
    assert pixels.open_picture(pixels.encode_picture(Image.new("RGB", (4_000, 1_000)))[0]).size == (2_048, 512)


@pytest.mark.parametrize("word", DRAWINGS)
def test_a_data_set_bitmap_passes_untouched_in_both_polarities(word: str) -> None:
    bitmap = BITMAPS[word]
    for picture in (Image.fromarray(bitmap), Image.fromarray(255 - bitmap), Image.fromarray(bitmap).convert("RGB")):
        opened = pixels.open_picture(pixels.encode_picture(picture)[0])
        assert np.array_equal(pixels.drawing(opened), bitmap)


def test_a_bitmap_of_32_pixels_is_brought_to_28() -> None:
    larger = Image.fromarray(BITMAPS["cat"]).resize((32, 32), Image.Resampling.BICUBIC)
    assert likeness(pixels.drawing(larger), BITMAPS["cat"]) > 0.97


def blanks() -> dict[str, NDArray[np.float64]]:
    down, across = np.mgrid[-1:1:300j, -1:1:300j]
    noise = np.random.default_rng(4).normal(0, 5, (300, 300))
    return {
        "one pixel": np.zeros((1, 1)),
        "one row": np.full((1, 500), 90.0),
        "28 grey": np.full((28, 28), 128.0),
        "28 white": np.full((28, 28), 255.0),
        "white": np.full((300, 300), 255.0),
        "black": np.zeros((300, 300)),
        "grey": np.full((300, 300), 128.0),
        "gradient": 150 + 80 * across,
        "light from above": 240 - 90 * np.hypot(down, across) ** 2,
        "a lamp": 250 - 100 * np.hypot(down, across),
        "paper with noise": 220 + noise,
        "a photo of nothing": 240 - 90 * np.hypot(down, across) ** 2 + noise,
    }


@pytest.mark.parametrize("values", blanks().values(), ids=blanks().keys())
def test_without_ink_the_bitmap_is_empty(values: NDArray[np.float64]) -> None:
    bitmap = pixels.drawing(Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)))
    assert bitmap.shape == (28, 28)
    assert bitmap.dtype == np.uint8
    assert bitmap.max() == 0
    assert not pixels.has_ink(bitmap)


@pytest.mark.parametrize("size", [(1, 2), (2, 1), (3, 3), (7, 90), (600, 3), (5, 5), (33, 33)])
def test_any_size_gives_a_bitmap(size: tuple[int, int]) -> None:
    assert pixels.drawing(noisy(size)).shape == (28, 28)


@pytest.mark.parametrize(
    ("style", "least"),
    [*((style, 0.97) for style in CLEAN.values()), *((style, 0.9) for style in HARD.values())],
    ids=[*CLEAN, *HARD],
)
def test_a_picture_of_a_drawing_looks_like_its_strokes(style: Style, least: float) -> None:
    for drawing in (DRAWINGS["cat"], DRAWINGS["house"], rotated(DRAWINGS["fish"], 25)):
        bitmap = pixels.drawing(redraw(drawing, style))
        assert likeness(bitmap, strokes.render(drawing)) > least


def test_lines_get_the_one_pen_whatever_drew_them() -> None:
    expected = int(strokes.render(DRAWINGS["clock"]).sum())
    for pen in (2, 5, 9, 16):
        assert int(pixels.drawing(redraw(DRAWINGS["clock"], Style(pen=pen))).sum()) == pytest.approx(expected, rel=0.12)


def test_a_filled_shape_stays_filled() -> None:
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).ellipse((60, 90, 240, 270), fill=0)
    bitmap = pixels.drawing(picture)
    assert bitmap[14, 14] == 255
    assert bitmap[0].max() == 0
    assert 0.5 < (bitmap > 127).mean() < 0.8


def test_thin_lines_beside_thick_ones_survive() -> None:
    picture = Image.new("L", (400, 400), 255)
    pencil = ImageDraw.Draw(picture)
    pencil.line((40, 40, 360, 360), fill=0, width=20)
    pencil.line((40, 360, 360, 40), fill=90, width=2)
    bitmap = pixels.drawing(picture)
    assert np.diag(bitmap)[4:24].min() > 150
    assert np.diag(bitmap[:, ::-1])[4:24].min() > 150


def test_specks_of_dust_do_not_move_the_drawing() -> None:
    picture = redraw(DRAWINGS["cat"], Style(pen=6, fill=0.6))
    for x, y in ((5, 5), (390, 20), (200, 395), (392, 380)):
        picture.paste((0, 0, 0), (x, y, x + 2, y + 2))
    assert likeness(pixels.drawing(picture), strokes.render(DRAWINGS["cat"])) > 0.97


def test_the_border_of_a_canvas_is_no_part_of_the_drawing() -> None:
    picture = redraw(DRAWINGS["cat"], Style(pen=6, fill=0.7))
    ImageDraw.Draw(picture).rectangle((0, 0, 399, 399), outline=(128, 128, 128), width=2)
    assert likeness(pixels.drawing(picture), strokes.render(DRAWINGS["cat"])) > 0.97


def test_a_square_drawn_to_the_edges_is_a_drawing() -> None:
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).rectangle((0, 0, 299, 299), outline=0, width=4)
    bitmap = pixels.drawing(picture)
    assert bitmap[2, 4:24].min() > 200
    assert bitmap[6:22, 6:22].max() == 0


def test_the_lines_of_ruled_paper_are_not_read_as_ink() -> None:
    picture = Image.new("RGB", (400, 400), "white")
    for height in range(10, 400, 24):
        picture.paste((190, 210, 235), (0, height, 400, height + 1))
    drawn = np.minimum(np.asarray(picture), np.asarray(redraw(DRAWINGS["house"], Style(pen=5))))
    assert likeness(pixels.drawing(Image.fromarray(drawn)), strokes.render(DRAWINGS["house"])) > 0.97
