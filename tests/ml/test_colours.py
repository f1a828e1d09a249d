"""Colour profiles: pictures show in sRGB what they were meant to show, and a bad profile is as good as none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from classifier.ml.colours import MAX_PROFILE_BYTES
from classifier.ml.pixels import open_picture
from tests.ml import profiles
from tests.ml.pictures import saved

GAMMA = 563 / 256  # Adobe RGB's
ADOBE = profiles.display(profiles.ADOBE, GAMMA)
P3 = profiles.display(profiles.P3, 2.2)
COLOURS = [(128, 200, 100), (200, 60, 60), (30, 90, 200), (255, 255, 255), (0, 0, 0), (90, 90, 90), (255, 210, 190)]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def patches(mode: str = "RGB") -> Image.Image:
    """A patch of 16 pixels for each colour, so that every format keeps its middle."""
    levels = np.array(COLOURS, dtype=np.uint8)[None].repeat(16, axis=0).repeat(16, axis=1)
    return Image.fromarray(levels).convert(mode)


def middles(image: Image.Image) -> Any:
    return np.asarray(image).astype(int)[8, 8::16]


@pytest.mark.parametrize(
    ("kind", "options", "off"),
    [
        ("PNG", {}, 2),
        ("WEBP", {"lossless": True}, 2),
        ("JPEG", {"quality": 98, "subsampling": 0}, 6),
        ("AVIF", {"quality": 95}, 8),
    ],
)
@pytest.mark.parametrize(
    ("primaries", "gamma", "profile"), [(profiles.ADOBE, GAMMA, ADOBE), (profiles.P3, 2.2, P3)], ids=["Adobe", "P3"]
)
def test_wide_colours_are_brought_to_srgb(
    kind: str, options: dict[str, Any], off: int, primaries: profiles.Matrix, gamma: float, profile: bytes
) -> None:
    seen = middles(open_picture(saved(patches(), kind, icc_profile=profile, **options)))
    meant = profiles.seen_in_srgb(COLOURS, primaries, gamma)
    assert np.abs(seen - meant).max() <= off
    assert np.abs(meant - COLOURS).max() > 3 * off


def test_a_profile_of_srgb_changes_not_one_pixel() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (50, 60, 3), dtype=np.uint8))
    assert np.array_equal(np.asarray(open_picture(saved(noise, icc_profile=SRGB))), np.asarray(noise))


def test_colours_are_brought_to_srgb_before_transparency_goes() -> None:
    faint = patches("RGBA")
    faint.putalpha(128)
    seen = middles(open_picture(saved(faint, icc_profile=ADOBE)))
    meant = profiles.seen_in_srgb(COLOURS, profiles.ADOBE, GAMMA)
    assert np.abs(seen - (meant * 128 + 255 * 127) / 255).max() <= 3


def test_a_palette_has_the_colours_of_its_profile() -> None:
    seen = middles(open_picture(saved(patches().quantize(16), icc_profile=ADOBE)))
    assert np.abs(seen - profiles.seen_in_srgb(COLOURS, profiles.ADOBE, GAMMA)).max() <= 3


def test_a_large_picture_is_brought_to_srgb_too() -> None:
    large = Image.new("RGB", (5_000, 300), COLOURS[0])
    seen = open_picture(saved(large, icc_profile=ADOBE))
    assert seen.size == (2_048, 123)
    assert np.abs(np.asarray(seen) - profiles.seen_in_srgb(COLOURS[0], profiles.ADOBE, GAMMA)).max() <= 2


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_linear_grey_is_lightened_and_stays_grey(mode: str) -> None:
    steps = Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(20, axis=0)).convert(mode)
    seen = open_picture(saved(steps, icc_profile=profiles.grey(1.0)))
    assert seen.mode == "L"
    found = np.asarray(seen)[0].astype(int)
    assert (found[0], found[255]) == (0, 255)
    assert found[128] == pytest.approx(188, abs=2)
    assert (np.diff(found) >= 0).all()


def test_inks_have_the_colours_that_their_press_gives_them() -> None:
    """An odd press whose cyan is orange: without its profile, cyan would come out."""
    orange = profiles.press({(0, 0, 0, 0): (100, 0, 0), (1, 0, 0, 0): (65, 50, 65)})
    picture = Image.new("CMYK", (32, 32), (255, 0, 0, 0))
    picture.paste((0, 0, 0, 0), (0, 0, 16, 32))
    seen = open_picture(saved(picture, "JPEG", quality=98, icc_profile=orange))
    assert seen.getpixel((4, 4)) == pytest.approx((255, 255, 255), abs=3)
    assert seen.getpixel((27, 16)) == pytest.approx((251, 116, 36), abs=5)
    without = open_picture(saved(picture, "JPEG", quality=98))
    assert without.getpixel((27, 16)) == pytest.approx((0, 255, 255), abs=8)


BAD = {
    "empty": b"",
    "noise": np.random.default_rng(2).bytes(3_000),
    "text": b"SecretProfile",
    "cut": ADOBE[:-40],
    "cut in its header": ADOBE[:100],
    "no tags": ADOBE[:128] + bytes(4),
    "of grey": profiles.grey(1.0),
    "of inks": profiles.press({(0, 0, 0, 0): (100, 0, 0)}),
    "of Lab": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    "of XYZ": ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes(),
    "a link": ADOBE[:12] + b"link" + ADOBE[16:],
    "a program": ADOBE + b"mpet",
    "huge": ADOBE + bytes(MAX_PROFILE_BYTES),
}


@pytest.mark.parametrize("profile", BAD.values(), ids=BAD.keys())
def test_a_profile_that_is_of_no_use_is_left_aside(profile: bytes) -> None:
    seen = open_picture(saved(patches(), "WEBP", lossless=True, icc_profile=profile))
    assert np.array_equal(middles(seen), COLOURS)


@pytest.mark.parametrize("profile", [ADOBE, profiles.grey(1.0), b"noise"], ids=["of a display", "of grey", "noise"])
def test_inks_with_anothers_profile_are_taken_as_inks(profile: bytes) -> None:
    picture = Image.new("CMYK", (16, 16), (0, 255, 0, 0))
    assert open_picture(saved(picture, "JPEG", quality=98, icc_profile=profile)).getpixel((8, 8)) == pytest.approx(
        (255, 0, 255), abs=4
    )


@pytest.mark.parametrize(
    ("profile", "mode", "kind"),
    [(ADOBE, "RGB", "PNG"), (profiles.grey(1.8), "L", "PNG"), (profiles.press({(0, 0, 0, 0): (100, 0, 0)}), "CMYK", "JPEG")],
    ids=["display", "grey", "press"],
)
def test_no_damage_to_a_profile_costs_the_picture(profile: bytes, mode: str, kind: str) -> None:
    random = np.random.default_rng(3)
    for _ in range(60):
        damaged = bytearray(profile)
        for place in random.integers(0, min(len(profile), 400), 3):
            damaged[place] = int(random.integers(0, 256))
        assert open_picture(saved(Image.new(mode, (8, 8)), kind, icc_profile=bytes(damaged))).size == (8, 8)
