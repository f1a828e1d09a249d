"""Files from strangers: what is refused, and what becomes of the others."""

from __future__ import annotations

import contextlib
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from classifier.ml import pixels
from classifier.ml.pixels import BadPicture
from tests.ml.pictures import DRAWINGS, noisy, saved
from tests.ml.redrawing import Style, redraw


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises much and brings almost nothing."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 100)),
        (b"IEND", b""),
    )
    chunks = [struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


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


def test_a_large_photo_is_halved_by_its_decoder_and_looks_the_same() -> None:
    """At a fourth of what reading and shrinking it costs."""
    photo = noisy((42, 3)).resize((4_032, 304), Image.Resampling.BICUBIC)
    seen = pixels.open_picture(saved(photo, "JPEG", quality=90))
    assert seen.size == (2_016, 152)
    assert np.abs(np.asarray(seen, dtype=int) - np.asarray(photo.reduce(2))).mean() < 2


def test_a_large_picture_looks_the_same_reduced() -> None:
    """Reduced strip by strip; the width and the height are no multiple of anything."""
    drawn = redraw(DRAWINGS["cat"], Style(canvas=(4_611, 1_207), pen=24))
    for mode in ("RGB", "RGBA", "LA", "P", "1", "CMYK"):
        seen = pixels.open_picture(
            saved(drawn.convert(mode), "JPEG" if mode == "CMYK" else "PNG", **({} if mode == "CMYK" else {"compress_level": 1}))
        )
        expected = drawn.convert("L").resize((2_048, 536), Image.Resampling.BOX)
        assert seen.size == expected.size
        assert np.abs(np.asarray(seen.convert("L"), dtype=int) - np.asarray(expected)).mean() < 2
