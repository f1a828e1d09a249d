"""Pictures from strangers → pixels: opened safely, stored safely, and brought to the array that a network expects.

What came in is recognised by its content, never by its name, and measured by its header before it is decoded.
Line drawings are turned into Quick, Draw!'s form by `classifier.ml.ink` and told from photographs by `classifier.ml.kinds`; their
public names stand here too.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from classifier.ml.ink import drawing, has_ink
from classifier.ml.kinds import looks_like

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "BadPicture",
    "drawing",
    "encode_picture",
    "has_ink",
    "is_plain",
    "looks_like",
    "open_picture",
    "photo",
]

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2_048
PHOTO_SIDE = 32
PHOTO_ASPECT = 4 / 3
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF")

_SMALL = 256
_FLAT = 0.6  # parts of neighbouring pixels that are equal: drawings 0.8 and more, photos under 0.3
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

    Takes the first frame of an animation, turns the picture upright as its EXIF says, scales 16 bits to 8 and lays
    transparency on white, or on black where only light ink is drawn. Raises BadPicture, and nothing else.
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
    except UnidentifiedImageError as error:
        raise _unidentified(data) from error
    except Exception as error:  # parsers of hostile bytes fail in every way there is
        raise _broken() from error


def _too_many_pixels() -> BadPicture:
    limit = MAX_PIXELS // 1_000_000
    return BadPicture("image_too_large", f"Pictures may have {limit} megapixels at most; scale this one down and send it again.")


def _broken() -> BadPicture:
    return BadPicture("bad_image", "The picture is incomplete or damaged. Save it again as PNG or JPEG and send that.")


def _unidentified(data: bytes) -> BadPicture:
    """Pillow says the same of a foreign file and of one that breaks off in its header; people need to know which."""
    known = data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or data[8:12] in (b"WEBP", b"avif", b"avis")
    if known:
        return _broken()
    return BadPicture("unsupported_image", "This is not a picture that can be read. Send PNG, JPEG, GIF, WebP, BMP or AVIF.")


def _decoded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _too_many_pixels()
        turn = _turn(image)
        shrink = min(1.0, MAX_SIDE / max(image.size))
        image.draft(None, (round(image.width * shrink), round(image.height * shrink)))
        image.load()
        plain = _flattened(_shrunk(_in_eight_bits(image)))
    plain.info.clear()
    return plain if turn is None else plain.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture upright; a picture with damaged EXIF is taken as it lies."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:
        return None


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Mode "L", "LA", "RGB" or "RGBA"."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.clip(np.asarray(image), 0, 65_535) >> 8).astype(np.uint8))
    grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        return image.convert("RGBA").convert("LA") if grey else image.convert("RGBA")
    return image.convert("L" if grey else "RGB")


def _shrunk(image: Image.Image) -> Image.Image:
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return image


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


def photo(image: Image.Image) -> NDArray[np.uint8]:
    """Any picture to (32, 32, 3) uint8 RGB, shrunk with antialiasing (or enlarged) by Lanczos' filter.

    What is longer than 4:3 loses its ends; the rest is squeezed into the square, as the pictures of CIFAR-10 were, so that
    little of an ordinary photo is lost.
    """
    width, height = (min(side, other * PHOTO_ASPECT) for side, other in (image.size, image.size[::-1]))
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    shrunk = image.convert("RGB").resize((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return np.asarray(shrunk)


def is_plain(picture: NDArray[np.uint8]) -> bool:
    """Whether a photo (h, w, 3) is one colour all over, and so shows nothing."""
    return int((picture.max(axis=(0, 1)).astype(int) - picture.min(axis=(0, 1))).max()) < 8


def encode_picture(image: Image.Image) -> tuple[bytes, str]:
    """The pixels alone, as (file, content type): no EXIF, place, profile or text survives; the same each time.

    PNG for small pictures (every pixel kept) and for drawings, otherwise JPEG; longer side at most 2,048 pixels.
    """
    bare = _shrunk(Image.fromarray(np.array(image.convert("L" if image.mode in ("1", "L") else "RGB"))))
    file = io.BytesIO()
    if max(bare.size) <= _SMALL or _is_flat(bare):
        bare.save(file, "PNG")
        return file.getvalue(), "image/png"
    bare.save(file, "JPEG", quality=90, subsampling=0)
    return file.getvalue(), "image/jpeg"


def _is_flat(image: Image.Image) -> bool:
    grey = np.asarray(image.convert("L"))
    return bool((grey[:, 1:] == grey[:, :-1]).mean() >= _FLAT) if image.width > 1 else True
