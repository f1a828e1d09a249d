"""Pictures from strangers: what is refused, what is kept, and what the network gets to see of a drawing."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, PngImagePlugin

from classifier.ml import pixels, strokes
from classifier.ml.pixels import BadPicture
from tests.ml.redrawing import Style, redraw, rotated

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


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises much and brings almost nothing."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 100)),
        (b"IEND", b""),
    )
    chunks = [struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


REFUSED = {
    "empty": (b"", "bad_image"),
    "text": (b"this is a picture, believe me", "unsupported_image"),
    "random bytes": (np.random.default_rng(2).bytes(5_000), "unsupported_image"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>', "unsupported_image"),
    "tiff": (saved(noisy(), "TIFF"), "unsupported_image"),
    "ico": (saved(noisy((32, 32)), "ICO"), "unsupported_image"),
    "pdf": (saved(noisy(), "PDF"), "unsupported_image"),
    "postscript": (saved(noisy(), "EPS"), "unsupported_image"),
    "png, 100 megapixels": (png_header(10_000, 10_000), "image_too_large"),
    "png, far beyond": (png_header(60_000, 60_000), "image_too_large"),
    "png, one row too many": (png_header(8_000, 5_001), "image_too_large"),
    "png, no pixels": (png_header(40, 0), "bad_image"),
    "png, promised more": (png_header(4_000, 4_000), "bad_image"),
    "png, cut": (saved(noisy())[:-3_000], "bad_image"),
    "png, cut in its header": (saved(noisy())[:20], "bad_image"),
    "jpeg, cut": (saved(noisy(), "JPEG")[:-800], "bad_image"),
    "jpeg, progressive, cut": (saved(noisy(), "JPEG", progressive=True)[:2_000], "bad_image"),
    "gif, cut": (saved(noisy(), "GIF")[:-2_000], "bad_image"),
    "webp, cut": (saved(noisy(), "WEBP")[:-500], "bad_image"),
    "bmp, cut": (saved(noisy(), "BMP")[:-500], "bad_image"),
    "avif, cut": (saved(noisy(), "AVIF")[:-500], "bad_image"),
    "too many bytes": (b"\x89PNG" + bytes(pixels.MAX_BYTES), "image_too_large"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_with_a_code_and_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(BadPicture) as refusal:
        pixels.open_picture(data)
    assert refusal.value.code == code
    assert refusal.value.message == str(refusal.value)
    assert refusal.value.message.endswith(".")


@pytest.mark.filterwarnings("error")
def test_a_warning_made_an_error_is_still_a_refusal() -> None:
    with pytest.raises(BadPicture) as refusal:
        pixels.open_picture(png_header(10_000, 10_000))
    assert refusal.value.code == "image_too_large"


def test_forty_megapixels_are_read() -> None:
    image = pixels.open_picture(saved(Image.new("1", (8_000, 5_000)), compress_level=1))
    assert (image.mode, image.size) == ("L", (2_048, 1_280))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF"])
def test_damaged_bytes_never_raise_anything_else(kind: str) -> None:
    whole, random = saved(noisy((40, 30)), kind), np.random.default_rng(3)
    for _ in range(40):
        damaged = bytearray(whole)
        for place in random.integers(0, len(whole), 6):
            damaged[place] = int(random.integers(0, 256))
        with contextlib.suppress(BadPicture):
            assert pixels.open_picture(bytes(damaged)).mode in {"L", "RGB"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF"])
def test_reads_every_allowed_format(kind: str) -> None:
    image = pixels.open_picture(saved(Image.new("RGB", (30, 20), (200, 40, 40)), kind))
    assert (image.mode, image.size) == ("RGB", (30, 20))
    assert np.abs(np.asarray(image, dtype=int) - (200, 40, 40)).max() < 12


def test_a_phone_s_multi_picture_jpeg_is_read() -> None:
    first = Image.new("RGB", (40, 30), "red")
    image = pixels.open_picture(saved(first, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), "blue")]))
    assert image.getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=3)


def test_the_first_frame_of_an_animation_counts() -> None:
    first = Image.new("RGB", (20, 20), "red")
    image = pixels.open_picture(saved(first, "GIF", save_all=True, append_images=[Image.new("RGB", (20, 20), "blue")]))
    assert image.getpixel((3, 3)) == (255, 0, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.new("L", (64, 32), 255)
    stored.paste(0, (0, 0, 16, 8))
    image = pixels.open_picture(saved(stored, "JPEG", quality=95, exif=exif))
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    across, down = corners[orientation]
    assert image.size == ((64, 32) if orientation < 5 else (32, 64))
    assert np.asarray(image)[-2 if down else 1, -2 if across else 1] < 40


def test_a_nonsense_orientation_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    assert pixels.open_picture(saved(Image.new("L", (64, 32)), "JPEG", exif=exif)).size == (64, 32)


def test_transparency_is_laid_on_white() -> None:
    drawn = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    ImageDraw.Draw(drawn).line((10, 10, 40, 40), fill=(0, 0, 0, 255), width=4)
    image = pixels.open_picture(saved(drawn))
    assert (image.mode, image.getpixel((45, 5)), image.getpixel((25, 25))) == ("RGB", (255, 255, 255), (0, 0, 0))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_light_ink_on_nothing_stays_visible(mode: str) -> None:
    drawn = Image.new("RGBA", (90, 90), (255, 255, 255, 0))
    ImageDraw.Draw(drawn).line((10, 10, 80, 80), fill=(255, 255, 255, 255), width=6)
    image = pixels.open_picture(saved(drawn.convert(mode)))
    assert image.mode == ("RGB" if mode == "RGBA" else "L")
    assert pixels.has_ink(pixels.drawing(image))


def test_white_paper_with_transparent_corners_keeps_its_corners_white() -> None:
    drawn = Image.new("RGBA", (90, 90), (255, 255, 255, 255))
    ImageDraw.Draw(drawn).line((10, 45, 80, 45), fill=(0, 0, 0, 255), width=4)
    drawn.paste((0, 0, 0, 0), (0, 0, 6, 6))
    assert pixels.open_picture(saved(drawn)).getpixel((2, 2)) == (255, 255, 255)


def test_a_transparent_palette_is_laid_on_white() -> None:
    drawn = Image.new("P", (40, 40), 0)
    drawn.putpalette([10, 20, 30, 0, 0, 0])
    drawn.paste(1, (10, 10, 30, 30))
    image = pixels.open_picture(saved(drawn, "GIF", transparency=0))
    assert (image.getpixel((2, 2)), image.getpixel((20, 20))) == ((255, 255, 255), (0, 0, 0))


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16)[None].repeat(20, axis=0)
    image = pixels.open_picture(saved(Image.fromarray(ramp)))
    assert image.mode == "L"
    assert np.array_equal(np.asarray(image)[0], np.arange(256))


@pytest.mark.parametrize(
    ("mode", "kind", "expected"),
    [("CMYK", "JPEG", "RGB"), ("P", "PNG", "RGB"), ("1", "PNG", "L"), ("L", "JPEG", "L"), ("LA", "PNG", "L")],
)
def test_every_mode_ends_in_grey_or_rgb(mode: str, kind: str, expected: str) -> None:
    image = pixels.open_picture(saved(Image.new("RGB", (30, 20), (255, 255, 255)).convert(mode), kind))
    assert image.mode == expected
    assert np.asarray(image).min() >= 250


def test_large_pictures_are_reduced() -> None:
    assert pixels.open_picture(saved(Image.new("L", (3_000, 1_500)), "JPEG")).size == (2_048, 1_024)
    assert pixels.open_picture(saved(Image.new("P", (9_000, 2)))).size == (2_048, 1)
    assert pixels.open_picture(saved(Image.new("L", (1, 5_000)), "JPEG")).size == (1, 2_048)


def test_a_large_picture_looks_the_same_reduced() -> None:
    """Reduced strip by strip; the width and the height are no multiple of anything."""
    drawn = redraw(DRAWINGS["cat"], Style(canvas=(6_011, 4_503), pen=90))
    for mode in ("RGB", "RGBA", "LA", "P", "1", "CMYK"):
        seen = pixels.open_picture(
            saved(drawn.convert(mode), "JPEG" if mode == "CMYK" else "PNG", **({} if mode == "CMYK" else {"compress_level": 1}))
        )
        expected = drawn.convert("L").resize((2_048, 1_534), Image.Resampling.BOX)
        assert seen.size == expected.size
        assert np.abs(np.asarray(seen.convert("L"), dtype=int) - np.asarray(expected)).mean() < 2


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
