"""Draws strokes again the way people hand drawings in: as screenshots, scans and photos of paper.

Used by the tests, and to measure `pixels.drawing` while working on it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from classifier.ml import strokes as ml_strokes
from classifier.ml.strokes import Stroke

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    """How a drawing is drawn: lengths in pixels of the picture, `fill` and `offset` in parts of the canvas."""

    canvas: tuple[int, int] = (400, 400)
    pen: float = 6.0
    ink: Colour = (0, 0, 0)
    paper: Colour = (255, 255, 255)
    fill: float = 0.85
    offset: tuple[float, float] = (0.0, 0.0)
    jpeg: int | None = None
    shade: float = 0.0
    shadow: float = 0.0
    blur: float = 0.0
    noise: float = 0.0


def redraw(strokes: Sequence[Stroke], style: Style) -> Image.Image:
    """A picture of the drawing (RGB), with round pens, antialiased; the same for the same style."""
    picture = _drawn(strokes, style)
    if style.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(style.blur))
    if style.shade or style.shadow or style.noise:
        picture = _photographed(picture, style)
    return _jpeg(picture, style.jpeg) if style.jpeg else picture


def rotated(strokes: Sequence[Stroke], degrees: float) -> list[Stroke]:
    """The drawing turned about its middle and fitted to the frame again."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return ml_strokes.fit([turn @ stroke for stroke in strokes])


def _drawn(strokes: Sequence[Stroke], style: Style) -> Image.Image:
    width, height = style.canvas
    times = 4 if max(style.canvas) <= 1000 else 2
    mask = Image.new("L", (width * times, height * times))
    pencil = ImageDraw.Draw(mask)
    for stroke in _placed(strokes, style):
        _draw_stroke(pencil, stroke * times, style.pen * times / 2)
    paper, ink = Image.new("RGB", style.canvas, style.paper), Image.new("RGB", style.canvas, style.ink)
    return Image.composite(ink, paper, mask.reduce(times))


def _placed(strokes: Sequence[Stroke], style: Style) -> list[Stroke]:
    """Centre lines in pixels: `fill` of the shorter side with the pen's width, moved into the room that is left."""
    points = np.concatenate(list(strokes), axis=1)
    low, extent = points.min(axis=1, keepdims=True), np.ptp(points, axis=1)
    scale = max(min(style.canvas) * style.fill - style.pen, 1) / extent.max()
    room = np.array(style.canvas) - extent * scale - style.pen
    corner = style.pen / 2 + room * (np.array(style.offset) + 1) / 2
    return [(stroke - low) * scale + corner[:, None] for stroke in strokes]


def _draw_stroke(pencil: ImageDraw.ImageDraw, stroke: Stroke, radius: float) -> None:
    points = [(float(x), float(y)) for x, y in stroke.T]
    if len(points) > 1:
        pencil.line(points, fill=255, width=max(1, round(2 * radius)), joint="curve")
    for x, y in points:
        pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _photographed(picture: Image.Image, style: Style) -> Image.Image:
    """Light that falls off to one corner, the edge of a shadow, and a sensor's noise."""
    width, height = picture.size
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = 1 - style.shade * (0.6 * across**1.5 + 0.4 * down**2)
    light *= 1 - style.shadow / (1 + np.exp(-(across + 0.4 * down - 0.8) * 40))
    noise = np.random.default_rng(7).normal(0, style.noise, (height, width, 3))
    pixels = np.asarray(picture, dtype=np.float64) * light[..., None] + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")
