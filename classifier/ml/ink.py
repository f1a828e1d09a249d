"""A scan, screenshot or photo of a line drawing → the 28x28 bitmap that Quick, Draw! would have drawn of it.

The network knows one pen (16 units wide on a drawing of 255) on clean paper. So: find the paper under the ink, take the
distance from it as ink, cut the drawing out, measure its pen, and grow or wear the lines to the one pen's width. Lines
are changed by distance and never thinned to a skeleton: that keeps ends, corners and filled shapes as they were drawn.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from classifier.ml.masks import Floats, Mask, distance, highest, smooth, without_specks
from classifier.ml.strokes import LINE_WIDTH, SIDE

Bitmap = NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""Left, upper, right, lower edge in pixels."""

BITMAP_SIDE = 28

_FRAME = SIDE + 1 + 2 * 16 + LINE_WIDTH  # what 28 pixels show, in units of the drawing
_LOOK = 640  # longer side of the copy in which the drawing is searched
_WORK = 256  # longer side of the drawing while its lines are measured and changed
_NEAR = 12  # a pixel belongs to the line whose middle is at most so far, in pixels of the work raster
_REACH = 40  # distances are told apart up to here, in pixels of the work raster
_GRID = 48  # side of the copy from which the paper is estimated
_FAINTEST = 0.06  # less contrast than this is no ink
_EDGE = 0.02  # a line so near to a side, in parts of the picture, may be the border of a canvas
_STEP = 24  # grey levels between neighbouring samples: with less, nothing but light falls on the paper
_SHADOW = 0.5  # a shadow differs from the light's fall by less than this part of the ink's contrast
_WEAK = 0.3  # less than this part of the strongest contrast is no ink
_THIN = 0.25  # the pen is as wide as this part of the ridges: where lines meet and merge, they seem wider
_BLOB = 0.3  # a pen this wide, in parts of the drawing, is no pen: the drawing is a filled shape


def drawing(image: Image.Image) -> Bitmap:
    """The (28, 28) uint8 bitmap, ink 255 on 0, of a line drawing of any size, as `open_picture` returns it.

    Dark on light or light on dark, any plain paper, uneven light. All zeros where there is no ink. A small square grey
    picture on black or white is taken to be such a bitmap already: it is only made light on dark.
    """
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    bitmap = _ready_made(image)
    return _searched(image) if bitmap is None else bitmap


def _searched(image: Image.Image, may_be_framed: bool = True) -> Bitmap:
    paper, look = Paper(image), image.reduce(math.ceil(max(image.size) / _LOOK))
    contrast = paper.contrast(look, (0, 0, *image.size), image.size)
    noise = _noise(contrast)
    found = without_specks(contrast > max(_FAINTEST, 8 * noise, _faintest(contrast)))
    if not found.any():
        return np.zeros((BITMAP_SIDE, BITMAP_SIDE), dtype=np.uint8)
    if may_be_framed and _is_framed(found):
        return _searched(_inner(image), may_be_framed=False)
    near, box = _close_up(image, _box(found), found.shape)
    mask = without_specks(_edged(smooth(paper.contrast(near, box, image.size))))
    return _with_the_pen(mask if mask.any() else found)


def has_ink(bitmap: Bitmap) -> bool:
    """Whether anything is drawn on a bitmap, ink 255 on 0."""
    return bool((bitmap >= 64).any())


def _ready_made(image: Image.Image) -> Bitmap | None:
    """The picture itself, light on dark, where it has the size, the greys and the margin of a data set's bitmap."""
    if image.width != image.height or not 16 <= image.width <= 32:
        return None
    pixels = np.asarray(image.convert("RGB"))
    grey, border = pixels[..., 1], np.median(pixels[..., 1][_ring(pixels.shape[0], 1)])
    if np.ptp(pixels.astype(int), axis=2).max() > 8 or 32 < border < 223:
        return None
    light_on_dark = 255 - grey if border > 127 else grey
    if light_on_dark.shape[0] == BITMAP_SIDE:
        return light_on_dark.copy()
    return np.array(Image.fromarray(light_on_dark).resize((BITMAP_SIDE, BITMAP_SIDE), Image.Resampling.BICUBIC))


def _ring(side: int, thickness: int) -> Mask:
    ring = np.ones((side, side), dtype=bool)
    ring[thickness:-thickness, thickness:-thickness] = False
    return ring


class Paper:
    """The colour of the paper under the ink, everywhere in a picture.

    A smooth surface fitted from the border inwards gives the light's fall; a local median follows the edge of a shadow
    too, and is believed where it is nearer to that surface than ink would be.
    """

    def __init__(self, image: Image.Image) -> None:
        sampled = image.resize((_GRID, _GRID), Image.Resampling.NEAREST)
        seen, local = _grid(sampled), _grid(sampled.filter(ImageFilter.MedianFilter(13)))
        smooth = _surface(seen)
        step = max(float(np.abs(seen[2:] - seen[:-2]).max()), float(np.abs(seen[:, 2:] - seen[:, :-2]).max()))
        shadow = np.abs(local - smooth).max(axis=2, keepdims=True) < _SHADOW * step
        bare = np.clip(np.where(shadow | (step < _STEP), local, smooth), 0, 255).astype(np.uint8)
        self._bare = Image.fromarray(bare if image.mode == "RGB" else bare[..., 0])

    def contrast(self, part: Image.Image, box: Box, size: tuple[int, int]) -> Floats:
        """How far each pixel of `part`, cut from `box` of a picture of `size`, is from the paper: 0..1."""
        paper = self.under(part, box, size)
        strongest: Floats = np.maximum.reduce([_away(*bands) for bands in zip(part.split(), paper.split(), strict=True)])
        return strongest

    def under(self, part: Image.Image, box: Box, size: tuple[int, int]) -> Image.Image:
        """The bare paper of that part."""
        scale = _GRID / size[0], _GRID / size[1]
        here = (box[0] * scale[0], box[1] * scale[1], box[2] * scale[0], box[3] * scale[1])
        return self._bare.resize(part.size, Image.Resampling.BILINEAR, box=here)


def _grid(sampled: Image.Image) -> Floats:
    return np.asarray(sampled, dtype=np.float32).reshape(_GRID, _GRID, -1)


def _away(band: Image.Image, paper: Image.Image) -> Floats:
    """In parts of the most that this paper leaves room for, so that ink in the shade is as black as in the light."""
    seen, bare = np.asarray(band, dtype=np.float32), np.asarray(paper, dtype=np.float32)
    parts: Floats = np.abs(seen - bare) / np.maximum(bare, 255 - bare)
    return parts


def _surface(seen: Floats) -> Floats:
    """A quadratic surface through the paper in a (grid, grid, channels) sample; what is far from it counts little.

    It starts from the border, where there is most paper, and lets go of it once the light's fall is known.
    """
    samples, terms = seen.reshape(_GRID * _GRID, -1), _terms()
    border = _ring(_GRID, 3).ravel()
    surface = np.broadcast_to(np.median(samples[border], axis=0), samples.shape)
    for step in range(12):
        away = np.maximum(np.abs(samples - surface).max(axis=1), 2)
        trust = border / away if step < 6 else 1 / away**2
        weighted = (terms * trust[:, None]).T
        surface = terms @ np.linalg.lstsq(weighted @ terms, weighted @ samples, rcond=None)[0]
    return surface.reshape(seen.shape).astype(np.float32)


def _terms() -> NDArray[np.float64]:
    y, x = np.indices((_GRID, _GRID)).reshape(2, -1) / ((_GRID - 1) / 2) - 1
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _noise(contrast: Floats) -> float:
    """What the bare paper shows of contrast, read along the border."""
    return float(np.median(along_border(contrast)))


def along_border(contrast: Floats) -> Floats:
    """The values at the four sides of a raster, a sixteenth deep."""
    edge = max(1, min(contrast.shape) // 16)
    sides = contrast[:edge], contrast[-edge:], contrast[:, :edge], contrast[:, -edge:]
    return np.concatenate([side.ravel() for side in sides])


def _faintest(contrast: Floats) -> float:
    """The least contrast that is ink beside the drawing's strongest: a ruled line or a stain is less."""
    levels = np.bincount((contrast * 255).astype(np.uint8).ravel(), minlength=256)
    strongest = np.flatnonzero(levels[::-1].cumsum()[::-1] >= min(contrast.shape) / 2)[-1] / 255
    return _WEAK * float(strongest)


def _edged(contrast: Floats) -> Mask:
    """Ink, its edge where the contrast is half of the nearest line's: right for every pen, sharp or blurred."""
    edged: Mask = contrast > np.maximum(_faintest(contrast), 0.5 * highest(contrast, _NEAR))
    return edged


def _box(mask: Mask) -> tuple[int, int, int, int]:
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _is_framed(mask: Mask) -> bool:
    """Whether a straight line runs along all four sides, as the border of a canvas in a screenshot, around a drawing."""
    edge = max(1, round(min(mask.shape) * _EDGE))
    upright = mask.T
    sides = mask[:edge], mask[-edge:], upright[:edge], upright[-edge:]
    inner = mask[edge:-edge, edge:-edge]
    return all(side.mean(axis=1).max() > 0.95 for side in sides) and 0 < inner.mean() < 0.5


def _inner(image: Image.Image) -> Image.Image:
    edge = math.ceil(min(image.size) * _EDGE) + 1
    return image.crop((edge, edge, image.width - edge, image.height - edge))


def _close_up(image: Image.Image, box: Box, shape: tuple[int, ...]) -> tuple[Image.Image, Box]:
    """The drawing at the work raster's scale with a margin, and where in the picture that is."""
    scale = image.width / shape[1], image.height / shape[0]
    side = max((box[2] - box[0]) * scale[0], (box[3] - box[1]) * scale[1])
    margin = side / 16 + max(scale)
    left, upper = max(0.0, box[0] * scale[0] - margin), max(0.0, box[1] * scale[1] - margin)
    right, lower = min(image.width, box[2] * scale[0] + margin), min(image.height, box[3] * scale[1] + margin)
    size = (max(1, round((right - left) * _WORK / side)), max(1, round((lower - upper) * _WORK / side)))
    where = (left, upper, right, lower)
    return image.resize(size, Image.Resampling.BICUBIC, box=where, reducing_gap=2.0), where


def _with_the_pen(mask: Mask) -> Bitmap:
    """Grow or wear the lines to the width of Quick, Draw!'s pen, and frame the drawing as it did."""
    centred, longer = _centred(mask)
    inside, outside = distance(~centred, _REACH), distance(centred, _REACH)
    ridge = centred & (inside >= highest(inside, 1))
    width = 2 * float(np.quantile(inside[ridge], _THIN))
    if width > _BLOB * longer:
        width = longer * LINE_WIDTH / (SIDE + LINE_WIDTH)
    unit = (longer - width) / SIDE
    growth = (LINE_WIDTH * unit - width) / 2
    ink = np.clip(inside - outside + growth + np.where(centred, 0, 1), 0, 1)
    if growth < 0:
        thin = ridge & (inside - 0.5 < width / 2)
        ink = np.maximum(ink, np.clip(LINE_WIDTH * unit / 2 - distance(thin, _REACH) + 0.5, 0, 1))
    return _framed(ink, _FRAME * unit)


def _centred(mask: Mask) -> tuple[Mask, int]:
    """The drawing in the middle of a square with room for the frame, and its longer side."""
    left, upper, right, lower = _box(mask)
    width, height = right - left, lower - upper
    room = math.ceil(1.25 * max(width, height)) + 2
    square = np.zeros((2 * (room // 2) + height % 2, 2 * (room // 2) + width % 2), dtype=bool)
    top, start = (square.shape[0] - height) // 2, (square.shape[1] - width) // 2
    square[top : top + height, start : start + width] = mask[upper:lower, left:right]
    return square, max(width, height)


def _framed(ink: Floats, side: float) -> Bitmap:
    """Area averages of the square of this side about the middle."""
    middle = ink.shape[1] / 2, ink.shape[0] / 2
    box = (middle[0] - side / 2, middle[1] - side / 2, middle[0] + side / 2, middle[1] + side / 2)
    small = Image.fromarray(ink).resize((BITMAP_SIDE, BITMAP_SIDE), Image.Resampling.BOX, box=box)
    bitmap: Bitmap = np.rint(np.asarray(small) * 255).astype(np.uint8)
    return bitmap
