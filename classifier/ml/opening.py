"""Files from strangers → pixels: recognised by their content, never by their name, and measured before they are decoded."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, UnidentifiedImageError

from classifier.ml import structure
from classifier.ml.colours import in_srgb

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_LENGTH = 65_535
MAX_SIDE = 2_048
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF")

_MAX_SCANNED = 1_000_000_000  # pixels in all scans together: a picture of the most pixels is read in ten, twenty-five go
_ENOUGH = 1_600  # the longer side of a JPEG that its decoder halves, for a quarter of what decoding and shrinking it takes
_STRIP = 1_000_000  # pixels that are brought to eight bits at once
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class BadPicture(ValueError):
    """The picture cannot be taken; `code` says why to a program, the message says to a person what to send instead.

    Codes: `image_too_large` (bytes or pixels), `unsupported_image` (another format), `bad_image` (empty or broken).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def open_picture(data: bytes) -> Image.Image:
    """Decode an uploaded file completely: mode "L" for grey sources, else "RGB", longer side at most 2,048 pixels.

    Takes the first frame of an animation, turns the picture upright as its EXIF says, scales 16 bits to 8, brings the colours
    to sRGB and lays transparency on white, or on black where only light ink is drawn. Raises BadPicture, and nothing else.
    """
    if not data:
        raise BadPicture("bad_image", "The picture is empty. Send the bytes of an image file.")
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        raise BadPicture("image_too_large", f"Pictures may have {limit} MB at most; send a smaller or more compressed one.")
    try:
        return _decoded(data)
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except structure.TooManyParts as error:
        raise _too_laborious() from error
    except UnidentifiedImageError as error:
        raise _unidentified(data) from error
    except Exception as error:  # parsers of hostile bytes fail in every way there is
        raise _broken() from error


def _too_many_pixels() -> BadPicture:
    limit = MAX_PIXELS // 1_000_000
    return BadPicture("image_too_large", f"Pictures may have {limit} megapixels at most; scale this one down and send it again.")


def _too_long() -> BadPicture:
    return BadPicture("image_too_large", f"A picture's sides may have {MAX_LENGTH:,} pixels at most; cut or scale this one.")


def _too_laborious() -> BadPicture:
    return BadPicture(
        "image_too_large", "The file is made of far more parts than a picture needs. Save it again as PNG or JPEG and send that."
    )


def _broken() -> BadPicture:
    return BadPicture("bad_image", "The picture is incomplete or damaged. Save it again as PNG or JPEG and send that.")


def _unidentified(data: bytes) -> BadPicture:
    """Pillow says the same of a foreign file and of one that breaks off in its header; people need to know which."""
    known = data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or data[8:12] in (b"WEBP", b"avif", b"avis")
    if known:
        return _broken()
    return BadPicture("unsupported_image", "This is not a picture that can be read. Send PNG, JPEG, GIF, WebP, BMP or AVIF.")


def _decoded(data: bytes) -> Image.Image:
    scans = structure.scans(data)
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _require_affordable(image, scans)
        turn = _turn(image)
        shrink = min(1.0, _ENOUGH / max(image.size))
        image.draft(None, (math.ceil(image.width * shrink), math.ceil(image.height * shrink)))
        image.load()
        plain = _flattened(in_srgb(within_bounds(image), image.info.get("icc_profile")))
    plain.info.clear()
    return plain if turn is None else plain.transpose(turn)


def _require_affordable(image: Image.Image, scans: int) -> None:
    number = image.width * image.height
    if number > MAX_PIXELS:
        raise _too_many_pixels()
    if max(image.size) > MAX_LENGTH:
        raise _too_long()
    if number * scans > _MAX_SCANNED:
        raise _too_laborious()


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture upright; a picture with damaged EXIF is taken as it lies."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        return None


def within_bounds(image: Image.Image) -> Image.Image:
    """Mode "L", "LA", "RGB", "RGBA" or "CMYK", longer side at most 2,048 pixels.

    A large picture is first reduced by a whole factor, strip by strip: as a whole, every step would need its own copy of it.
    """
    longer = max(image.size)
    if longer <= MAX_SIDE:
        return _in_eight_bits(image)
    factor = longer // MAX_SIDE
    size = (max(1, round(image.width * MAX_SIDE / longer)), max(1, round(image.height * MAX_SIDE / longer)))
    box = (0, 0, image.width / factor, image.height / factor)
    return _reduced(image, factor).resize(size, Image.Resampling.BICUBIC, box=box)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    height = factor * max(1, _STRIP // (factor * image.width))
    joined = None
    for top in range(0, image.height, height):
        strip = image.crop((0, top, image.width, min(top + height, image.height)))
        small = _in_eight_bits(strip).reduce(factor)
        joined = joined or Image.new(small.mode, (small.width, -(-image.height // factor)))
        joined.paste(small, (0, top // factor))
    return joined or image


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Mode "L", "LA", "RGB", "RGBA" or "CMYK"."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.clip(np.asarray(image), 0, 65_535) >> 8).astype(np.uint8))
    if image.mode == "CMYK":
        return image
    grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        return image.convert("RGBA").convert("LA") if grey else image.convert("RGBA")
    return image.convert("L" if grey else "RGB")


def _flattened(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "RGB"):
        return image
    plain = "L" if image.mode == "LA" else "RGB"
    paper = Image.new(image.mode, image.size, "black" if _is_light_ink(image) else "white")
    return Image.alpha_composite(paper.convert("RGBA"), image.convert("RGBA")).convert(plain)


def _is_light_ink(image: Image.Image) -> bool:
    """Whether what is visible of a transparent picture would be lost on white.

    Where most is transparent, the visible is ink, and counts as a whole; where little is, the visible has paper of its
    own, and any dark in it is the ink.
    """
    red, green, blue, alpha = (np.asarray(band) for band in image.convert("RGBA").split())
    visible = alpha >= 128
    if visible.all() or not visible.any():
        return False
    dark = np.minimum(np.minimum(red, green), blue)[visible] < 192
    return bool(dark.mean() < (0.5 if visible.mean() < 0.5 else 0.005))
