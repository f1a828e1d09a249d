"""The lines with which a program gets the answer that a page shows."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from classifier.models import Image, Prediction
from classifier.programs import Answer, Call, programs

LONGEST_STROKES = 30_000  # longer ones are sent as the picture they make: nobody pastes pages of numbers


def programs_for(request: HttpRequest, image: Image, prediction: Prediction | None) -> dict[str, Any]:
    """What `partials/reproduce.html` shows; nothing where there is no picture, or nobody was asked."""
    if prediction is None or not image.width:
        return {}
    address = request.build_absolute_uri(f"{reverse('api:prediction-list')}?wait=10")
    slug, file = prediction.classifier.slug, f"{image.pk}.{image.content_type.removeprefix('image/')}"
    if image.strokes and len(json.dumps(image.strokes)) <= LONGEST_STROKES:
        drawn = Call("POST", address, answer=Answer.GUESSES, body={"classifier": slug, "strokes": image.strokes})
        return {"programs": programs(drawn)}
    sent = Call("POST", address, answer=Answer.GUESSES, form={"classifier": slug}, files={"image": file})
    return {"file": file, "programs": programs(sent)}
