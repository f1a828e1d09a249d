"""Colours as they were meant: a picture's ICC profile → sRGB, which is what networks are trained on and browsers show.

A profile is bytes from a stranger too. One that is damaged, of another kind than the picture, or that could take long, is left
aside, as most programs do: the picture is then taken to be sRGB.
"""

from __future__ import annotations

import io
from itertools import product

import numpy as np
from PIL import Image, ImageCms

MAX_PROFILE_BYTES = 4 * 1024 * 1024  # profiles of presses have 3 MB at most

_SPACES = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK"}
_CLASSES = ("mntr", "scnr", "prtr", "spac")  # of a device; the others link devices, name colours or bend them
_PROGRAM = b"mpet"  # a list of steps to calculate, as long as the profile allows, for each point of a table of 36,000
_SAME = 3  # levels: what is no further from sRGB was sRGB before somebody's rounding


def in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """A picture of mode L, LA, RGB, RGBA or CMYK in sRGB: L, LA, RGB, RGBA, and RGB where it was CMYK. Raises nothing."""
    try:
        found = _transformed(image, profile) if isinstance(profile, bytes) and profile else None
    except Exception:  # as with all parsers of hostile bytes
        found = None
    if found is None:
        return image.convert("RGB") if image.mode == "CMYK" else image
    return found


def _transformed(image: Image.Image, profile: bytes) -> Image.Image | None:
    """None where the profile says nothing about this picture, or nothing new."""
    if len(profile) > MAX_PROFILE_BYTES or _PROGRAM in profile:
        return None
    device = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if device.profile.xcolor_space != _SPACES[image.mode] or device.profile.device_class not in _CLASSES:
        return None
    if image.mode in ("L", "LA"):
        return _by_curve(image, _transform(device, "L", "RGB"))
    transform = _transform(device, image.mode, "RGB" if image.mode == "CMYK" else image.mode)
    if image.mode != "CMYK" and _changes_nothing(_transform(device, "RGB", "RGB")):
        return None
    return ImageCms.applyTransform(image, transform)


def _transform(device: ImageCms.ImageCmsProfile, source: str, target: str) -> ImageCms.ImageCmsTransform:
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(device, srgb, source, target, renderingIntent=ImageCms.Intent.PERCEPTUAL)


def _by_curve(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image | None:
    """Grey stays grey: only its steps move."""
    steps = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    curve = np.asarray(ImageCms.applyTransform(steps, transform))[0, :, 1]
    if np.abs(curve - np.arange(256)).max() <= _SAME:
        return None
    grey = image.getchannel("L").point(curve.tolist())
    return grey if image.mode == "L" else Image.merge("LA", (grey, image.getchannel("A")))


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """So that a picture has the same pixels with a profile of sRGB and without one."""
    levels = np.array(list(product(range(0, 256, 51), repeat=3)), dtype=np.uint8)[None]
    seen = np.asarray(ImageCms.applyTransform(Image.fromarray(levels), transform))
    return bool(np.abs(seen.astype(int) - levels).max() <= _SAME)
