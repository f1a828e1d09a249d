"""Whether a picture is a line drawing or a photograph, told from its pixels alone.

A drawing is ink on one plain paper: the paper reaches the border all around, it is quiet, and there is little between paper
and ink. `docs/decisions/drawing-or-photo.md` says how the limits were found and how often they err.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from classifier.ml.ink import Paper, along_border

DRAWING = "drawing"
PHOTO = "photo"

_LOOK = 96  # longer side, at most about, of the copy that is judged
_PAPER = 0.06  # less contrast than this is paper
_INK = 0.25  # more than this is ink; between the two are shades
_STAIN = 0.15  # more than this along the border is no paper
_INKED = 24  # a pixel so far from its paper, in levels of RGB, has a colour of its own

# How much of each sign is enough to be a photo by itself; several add up.
_SHADES = 0.121  # share of the pixels that are shades
_BUSY = 0.24  # share of the border that is no paper
_NOISE = 0.045  # contrast along the middling border
_COLOURS = 0.345  # what no mixture of one ink with its paper explains
_MOST_COLOURS = 0.2  # more counts no more: people draw with several pens


def looks_like(image: Image.Image) -> str:
    """DRAWING or PHOTO, for a picture as `pixels.open_picture` returns it; a plain one is a drawing that is not begun."""
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    paper, look = Paper(image), image.reduce(math.ceil(max(image.size) / _LOOK))
    everywhere = (0, 0, *image.size)
    contrast = paper.contrast(look, everywhere, image.size)
    border = along_border(contrast)
    shades = float(((contrast >= _PAPER) & (contrast < _INK)).mean())
    busy = float((border >= _STAIN).mean())
    colours = min(_other_colours(look, paper.under(look, everywhere, image.size)), _MOST_COLOURS)
    signs = shades / _SHADES + busy / _BUSY + float(np.median(border)) / _NOISE + colours / _COLOURS
    return PHOTO if signs > 1 else DRAWING


def _other_colours(look: Image.Image, bare: Image.Image) -> float:
    """0 where every pixel is a mixture of its paper with one ink, 1 where most are not."""
    away = np.asarray(look.convert("RGB"), dtype=np.float64) - np.asarray(bare.convert("RGB"), dtype=np.float64)
    inked = away[np.linalg.norm(away, axis=2) > _INKED]
    strengths = np.linalg.eigvalsh(inked.T @ inked)
    return math.sqrt(max(float(strengths[:-1].sum()), 0) / float(strengths.sum())) if len(inked) else 0.0
