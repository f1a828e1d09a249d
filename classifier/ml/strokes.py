"""Strokes to bitmap, as Quick, Draw! drew its own.

Google rendered its 28x28 bitmaps with cairo. This module does in NumPy what cairo does there, so that no
system library is needed and training and serving see the same pixels: a stroke is the union of its segments
(rectangles) and of a round pen at every point (a polygon whose corners follow from cairo's tolerance), filled
on 15 sub-scanlines a pixel row with exact horizontal coverage. Strokes are laid over one another, each with
its own antialiasing.

Sources: the Quick, Draw! data set's README (alignment, simplification) and its published rendering recipe;
cairo's `cairo-pen.c` (corners of the round pen) and `cairo-tor-scan-converter.c` (coverage).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]
"""One stroke: shape (2, points), the x row above the y row, in the drawing's own units."""

SIDE = 255.0
LINE_WIDTH = 16.0
MAX_STROKES = 2_000
MAX_POINTS = 20_000

_BOX = 256.0
_FRAME = _BOX + 2 * 16 + LINE_WIDTH
_SUBROWS = 15
_CAIRO_TOLERANCE = 0.1
_SIMPLIFY_EPSILON = 2.0
_TIE = 1e-6  # keeps exact halves from rounding either way with the size of the batch


class BadStrokes(ValueError):
    """The strokes cannot be drawn; the message says what to send instead."""


def parse(data: object) -> list[Stroke]:
    """Check strokes that came from outside and align them as Quick, Draw! aligned its own.

    `data` is `[[[x…], [y…]], …]`, or with a third row of milliseconds, in any finite range. The result is in
    0..255, top left, longer side 255, simplified. Raises BadStrokes where there is nothing to draw.
    """
    if not isinstance(data, list) or not data:
        raise BadStrokes("strokes must be a list with at least one stroke: [[[x, …], [y, …]], …].")
    if len(data) > MAX_STROKES:
        raise BadStrokes(f"A drawing may have {MAX_STROKES:,} strokes at most; this one has {len(data):,}.")
    strokes = [_parse_stroke(stroke, number) for number, stroke in enumerate(data)]
    points = sum(stroke.shape[1] for stroke in strokes)
    if points > MAX_POINTS:
        raise BadStrokes(f"A drawing may have {MAX_POINTS:,} points at most; this one has {points:,}.")
    return align(strokes)


def _parse_stroke(stroke: object, number: int) -> Stroke:
    where = f"Stroke {number}"
    if not isinstance(stroke, list) or len(stroke) not in (2, 3):
        raise BadStrokes(f"{where} must be [[x, …], [y, …]], or with a third list of milliseconds.")
    if any(not isinstance(row, list) or len(row) != len(stroke[0]) for row in stroke) or not stroke[0]:
        raise BadStrokes(f"{where} must have lists of the same length, with one point or more.")
    if len(stroke[0]) > MAX_POINTS:
        raise BadStrokes(f"A drawing may have {MAX_POINTS:,} points at most; {where.lower()} alone has more.")
    if any(isinstance(value, bool) or not isinstance(value, int | float) for row in stroke for value in row):
        raise BadStrokes(f"{where} must hold numbers only.")
    try:
        points = np.array(stroke[:2], dtype=np.float64)
    except OverflowError as error:
        raise BadStrokes(f"{where} holds a number too large to draw.") from error
    if not np.isfinite(points).all():
        raise BadStrokes(f"{where} must hold finite numbers only.")
    return points


def align(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Move to the top left, scale the longer side to 255 and simplify, unless the drawing is already so.

    Raises BadStrokes for a drawing without extent (a single point).
    """
    if _is_aligned(np.concatenate(strokes, axis=1)):
        return list(strokes)
    return [np.rint(_simplify(stroke)) for stroke in fit(strokes)]


def fit(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Move to the top left and scale the longer side to 255. Raises BadStrokes for a drawing without extent."""
    points = np.concatenate(strokes, axis=1)
    magnitude = max(float(np.abs(points).max()), np.finfo(float).tiny)
    low = (points / magnitude).min(axis=1, keepdims=True)
    extent = float(((points / magnitude).max(axis=1, keepdims=True) - low).max())
    if extent < np.finfo(float).eps:
        raise BadStrokes("The drawing is a single point. Draw at least one line.")
    return [(stroke / magnitude - low) * (SIDE / extent) for stroke in strokes]


def _is_aligned(points: Stroke) -> bool:
    """Quick, Draw!'s own drawings start within 3 and end within 10 of the frame, since simplifying rounds corners off."""
    low, high = points.min(axis=1), points.max()
    return bool((points == np.rint(points)).all() and low.min() >= 0 and low.max() <= 3 and 245 <= high <= SIDE)


def _simplify(stroke: Stroke) -> Stroke:
    """Ramer, Douglas and Peucker's algorithm with the data set's epsilon of 2."""
    keep = np.zeros(stroke.shape[1], dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, stroke.shape[1] - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distances = _distances(stroke[:, first + 1 : last], stroke[:, first], stroke[:, last])
        farthest = int(distances.argmax())
        if distances[farthest] > _SIMPLIFY_EPSILON:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return stroke[:, keep]


def _distances(points: Stroke, start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    along, offsets = end - start, points - start[:, None]
    length = math.hypot(*along)
    across = np.hypot(*offsets) if length == 0 else np.abs(along[0] * offsets[1] - along[1] * offsets[0]) / length
    return np.asarray(across)


def render(strokes: Sequence[Stroke], side: int = 28, line_width: float = LINE_WIDTH) -> NDArray[np.uint8]:
    """Draw one aligned drawing: (side, side) uint8, ink 255 on 0. See render_batch."""
    drawn: NDArray[np.uint8] = render_batch([strokes], side, line_width)[0]
    return drawn


def render_batch(
    drawings: Sequence[Sequence[Stroke]], side: int = 28, line_width: float | NDArray[np.float64] = LINE_WIDTH
) -> NDArray[np.uint8]:
    """Draw aligned drawings (coordinates 0..255, as `align` returns them).

    `line_width` is in the drawing's units, one for all or one a drawing. Returns (n, side, side) uint8, ink 255 on 0.
    """
    if not drawings:
        return np.zeros((0, side, side), dtype=np.uint8)
    scale = side / _FRAME
    strokes = [stroke for drawing in drawings for stroke in drawing]
    counts = np.array([len(drawing) for drawing in drawings])
    sizes = np.array([stroke.shape[1] for stroke in strokes])
    stroke_of_point = np.repeat(np.arange(len(strokes)), sizes)
    offsets = np.array([_centring(drawing) for drawing in drawings]).repeat(counts, axis=0)
    points = _fixed((np.concatenate(strokes, axis=1).T + offsets[stroke_of_point]) * scale)
    radii = (np.broadcast_to(line_width, len(drawings)) * scale / 2).repeat(counts)[stroke_of_point]
    spans = _Spans.joined([_pen_spans(points, radii, stroke_of_point), _segment_spans(points, radii, stroke_of_point)])
    coverage = _coverage(spans, len(strokes), side)
    return _lay_over(coverage, counts)


def _centring(drawing: Sequence[Stroke]) -> NDArray[np.float64]:
    largest = np.max([stroke.max(axis=1) for stroke in drawing], axis=0)
    centred: NDArray[np.float64] = (_BOX - largest) / 2 + (_FRAME - _BOX) / 2
    return centred


def _fixed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to cairo's 24.8 fixed point."""
    return np.rint(values * 256) / 256


@dataclass(frozen=True)
class _Spans:
    """Stretches of ink on sub-scanlines: which stroke, which sub-scanline, from which x to which x (pixels)."""

    stroke: NDArray[np.intp]
    subrow: NDArray[np.intp]
    left: NDArray[np.float64]
    right: NDArray[np.float64]

    @staticmethod
    def joined(parts: Sequence[_Spans]) -> _Spans:
        names = ("stroke", "subrow", "left", "right")
        return _Spans(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def __getitem__(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> _Spans:
        return _Spans(self.stroke[which], self.subrow[which], self.left[which], self.right[which])


def _subrows(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The sub-scanlines whose middles lie in [low, high) for each shape: (shape's index, sub-scanline)."""
    first = np.ceil(low * _SUBROWS - 0.5).astype(np.intp)
    count = np.maximum(np.ceil(high * _SUBROWS - 0.5).astype(np.intp) - first, 0)
    shape = np.repeat(np.arange(len(first)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return shape, first[shape] + within


def _pen_spans(points: NDArray[np.float64], radii: NDArray[np.float64], stroke: NDArray[np.intp]) -> _Spans:
    parts = []
    for radius in np.unique(radii):
        chosen = radii == radius
        x, y = points[chosen].T
        shape, subrow = _subrows(y - radius, y + radius)
        height = np.abs((subrow + 0.5) / _SUBROWS - y[shape])
        half = np.interp(height, *_pen_profile(float(radius)), right=0.0)
        parts.append(_Spans(stroke[chosen][shape], subrow, x[shape] - half, x[shape] + half))
    return _Spans.joined(parts)


def _pen_profile(radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The upper right quarter of cairo's round pen: heights, rising, and the half width at each."""
    corners = max(4, math.ceil(2 * math.pi / math.acos(1 - _CAIRO_TOLERANCE / max(radius, 2 * _CAIRO_TOLERANCE))))
    corners += corners % 2
    angles = 2 * math.pi * np.arange(corners) / corners
    x, y = _fixed(radius * np.cos(angles)), _fixed(radius * np.sin(angles))
    quarter = (x >= 0) & (y >= 0)
    order = np.argsort(y[quarter], kind="stable")
    heights, halves = y[quarter][order], x[quarter][order]
    return heights, halves


def _segment_spans(points: NDArray[np.float64], radii: NDArray[np.float64], stroke: NDArray[np.intp]) -> _Spans:
    along = points[1:] - points[:-1]
    drawn = (stroke[1:] == stroke[:-1]) & along.any(axis=1)
    start, along, owner = points[:-1][drawn], along[drawn], stroke[1:][drawn]
    normal = along[:, ::-1] * (-1, 1) / np.hypot(along[:, 0], along[:, 1])[:, None] * radii[1:][drawn][:, None]
    normal, end = _fixed(normal), start + along
    corners = np.stack([start + normal, end + normal, end - normal, start - normal], axis=1)
    shape, subrow = _subrows(corners[..., 1].min(axis=1), corners[..., 1].max(axis=1))
    left, right = _crossings(corners, shape, (subrow + 0.5) / _SUBROWS)
    return _Spans(owner[shape], subrow, left, right)


def _crossings(
    corners: NDArray[np.float64], shape: NDArray[np.intp], height: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where horizontal lines enter and leave convex shapes; left > right where they do not."""
    left, right = np.full(len(shape), np.inf), np.full(len(shape), -np.inf)
    following = np.roll(corners, -1, axis=1)
    for corner in range(corners.shape[1]):
        (x, y), (next_x, next_y) = corners[:, corner].T, following[:, corner].T
        rise = next_y - y
        slope = np.divide(next_x - x, rise, out=np.zeros_like(rise), where=rise != 0)
        crossing = x[shape] + slope[shape] * (height - y[shape])
        meets = (np.minimum(y, next_y)[shape] <= height) & (height < np.maximum(y, next_y)[shape])
        left = np.where(meets, np.minimum(left, crossing), left)
        right = np.where(meets, np.maximum(right, crossing), right)
    return left, right


def _coverage(spans: _Spans, strokes: int, side: int) -> NDArray[np.float64]:
    """How much of each pixel each stroke covers: (strokes, side, side), 0..1."""
    spans = spans[(spans.subrow >= 0) & (spans.subrow < side * _SUBROWS) & (spans.right > spans.left)]
    line = spans.stroke * (side * _SUBROWS) + spans.subrow
    left, right = np.clip(spans.left, 0, side), np.clip(spans.right, 0, side)
    left, right, line = _without_overlap(left, right, line, side + 2.0)
    width = side + 2
    cells = strokes * side * width
    row = line // _SUBROWS * width
    edges = np.zeros(cells)
    for x, sign in ((left, 1.0), (right, -1.0)):
        pixel = x.astype(np.intp)
        part = x - pixel
        edges += np.bincount(row + pixel, sign * (1 - part), cells) + np.bincount(row + pixel + 1, sign * part, cells)
    covered = edges.reshape(strokes, side, width).cumsum(axis=2)[..., :side] / _SUBROWS
    clipped: NDArray[np.float64] = np.clip(covered, 0, 1)
    return clipped


def _without_overlap(
    left: NDArray[np.float64], right: NDArray[np.float64], line: NDArray[np.intp], pitch: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Cut each span where an earlier one on its line already covers it (the non-zero winding rule)."""
    order = np.argsort(line * pitch + left)
    left, right, line = left[order], right[order], line[order]
    reached = np.maximum.accumulate(line * pitch + right) - line * pitch
    left[1:] = np.maximum(left[1:], (reached[:-1] + line[:-1] * pitch) - line[1:] * pitch)
    visible = right > left
    return left[visible], right[visible], line[visible]


def _lay_over(coverage: NDArray[np.float64], counts: NDArray[np.intp]) -> NDArray[np.uint8]:
    paper = 1 - np.rint(coverage * 255 + _TIE) / 255
    first = np.cumsum(counts) - counts
    ink: NDArray[np.uint8] = np.rint(255 * (1 - np.multiply.reduceat(paper, first, axis=0))).astype(np.uint8)
    return ink
