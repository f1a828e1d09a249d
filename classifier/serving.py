"""What pages and API answer alike: pictures, only for those they belong to and unable to run, and refusals."""

from __future__ import annotations

import numpy as np
import PIL.Image
from django.http import HttpResponse
from numpy.typing import NDArray

from classifier.ml.pixels import encode_picture
from classifier.sources.submission import BadSubmission

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=3600, immutable",
    "Vary": "Cookie, Authorization",
}


STATUS_OF = {"image_too_large": 413, "unsupported_image": 415}


def status_of_refusal(refusal: BadSubmission) -> int:
    """The HTTP status under which pages and API alike refuse a picture."""
    return STATUS_OF.get(refusal.code, 400)


def picture_response(content: bytes, content_type: str, name: str) -> HttpResponse:
    """`name` is our own, never one that was sent."""
    extension = content_type.removeprefix("image/")
    headers = {**SAFE, "Content-Disposition": f'inline; filename="{name}.{extension}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def bitmap_response(bitmap: NDArray[np.uint8], name: str) -> HttpResponse:
    """What a network saw, as a PNG."""
    content, content_type = encode_picture(PIL.Image.fromarray(bitmap))
    return picture_response(content, content_type, name)
