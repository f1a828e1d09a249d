"""`/predictions/<id>/cancel/` and `…/retry/`: what the result page offers while it has no answer."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from classifier.actions.cancel_prediction import CannotCancel, cancel_prediction
from classifier.actions.retry_prediction import CannotRetry, retry_prediction
from classifier.models import Prediction
from classifier.pages.visitors import person_behind
from classifier.policy import TooManyPictures


@require_POST
def cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Where it is too late, the page shows how far it has come."""
    own = _own(request, id)
    with suppress(CannotCancel):
        cancel_prediction(by=person_behind(request), prediction=own)
    return redirect("pages:answer" if "HX-Request" in request.headers else "pages:result", own.image_id)


@require_POST
def retry(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    own = _own(request, id)
    try:
        retry_prediction(by=person_behind(request), prediction=own)
    except (CannotRetry, TooManyPictures) as error:
        messages.error(request, str(error))
    return redirect("pages:result", own.image_id)


def _own(request: HttpRequest, id: uuid.UUID) -> Prediction:
    return get_object_or_404(Prediction.objects.visible_to(person_behind(request)), pk=id)
