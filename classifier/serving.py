"""What pages and API answer alike: pictures, only for those they belong to and unable to run, and refusals."""

from __future__ import annotations

import PIL.Image
from django.http import Http404, HttpResponse

from classifier.ml.pixels import encode_picture
from classifier.models import Classifier, Image, ModelVersion
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


def seen_response(image: Image, slug: str | None) -> HttpResponse:
    """What a classifier's network sees of the image, as a PNG: the named one's, or that of the one asked last. Raises Http404.

    Another one may be asked next, so browsers keep only what was named.
    """
    classifier = Classifier.objects.named(slug) if slug else _last_asked(image)
    if classifier is None:
        raise Http404
    seen = image.network_input(ModelVersion.objects.input_of(classifier))
    response = picture_response(*encode_picture(PIL.Image.fromarray(seen)), f"{image.pk}-seen")
    if not slug:
        response["Cache-Control"] = "private, no-cache"
    return response


def _last_asked(image: Image) -> Classifier | None:
    return Classifier.objects.filter(predictions__image=image).order_by("-predictions__id").first()
