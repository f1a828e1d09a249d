"""How stored pictures leave the site: only those to whom they belong get this far, and nothing in them can run."""

from __future__ import annotations

import numpy as np
import PIL.Image
from django.http import HttpResponse
from numpy.typing import NDArray

from classifier.ml.pixels import encode_picture

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=3600, immutable",
    "Vary": "Cookie, Authorization",
}


def picture_response(content: bytes, content_type: str, name: str) -> HttpResponse:
    """`name` is our own, never one that was sent."""
    extension = content_type.removeprefix("image/")
    headers = {**SAFE, "Content-Disposition": f'inline; filename="{name}.{extension}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def bitmap_response(bitmap: NDArray[np.uint8], name: str) -> HttpResponse:
    """What a network saw, as a PNG."""
    content, content_type = encode_picture(PIL.Image.fromarray(bitmap))
    return picture_response(content, content_type, name)
