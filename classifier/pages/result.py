"""`/images/<id>/`: one picture and what it is."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.actions.ask_again import ask_again
from classifier.actions.delete_image import delete_image
from classifier.models import Image, Prediction, Status, Worker
from classifier.models.waiting import wait_until_settled
from classifier.pages.visitors import person_behind
from classifier.policy import TooManyPictures
from classifier.serving import bitmap_response, picture_response

FIRST_LOOK_S = 1.0


@require_safe
@never_cache
def result(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Waits a moment, so that the page usually comes with the answer on it."""
    person = person_behind(request)
    image = Image.objects.visible_to(person).filter(pk=id).first()
    if image is None:  # what came from an address may have turned out to be a picture that this person has already
        known = get_object_or_404(Prediction.objects.visible_to(person), fetch__made_for=id)
        return redirect("pages:result", known.image_id)
    context = {**_answer(image, FIRST_LOOK_S), "can_delete": True, "sent_before": "before" in request.GET}
    return render(request, "pages/result.html", context)


@require_safe
@never_cache
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes, for htmx."""
    found = _answer(_own_image(request, id), FIRST_LOOK_S)
    response = render(request, "partials/answer.html", found)
    if found["image"].source == "url" and not found["poll"]:
        response["HX-Refresh"] = "true"  # the picture came after the page: now it can stand beside the answer
    return response


@require_safe
def image_file(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    image = _arrived_image(request, id)
    return picture_response(image.picture, image.content_type, str(image.pk))


@require_safe
def image_seen(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    image = _arrived_image(request, id)
    return bitmap_response(image.network_input(), f"{image.pk}-seen")


@require_POST
def image_ask(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Once more, although there is an answer."""
    image = _own_image(request, id)
    try:
        ask_again(by=person_behind(request), image=image)
    except TooManyPictures as error:
        messages.error(request, str(error))
    return redirect("pages:result", image.pk)


@require_POST
def image_delete(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    image = _own_image(request, id)
    delete_image(by=person_behind(request), image=image)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "pages:history")


def _own_image(request: HttpRequest, id: uuid.UUID) -> Image:
    return get_object_or_404(Image.objects.visible_to(person_behind(request)), pk=id)


def _arrived_image(request: HttpRequest, id: uuid.UUID) -> Image:
    return get_object_or_404(Image.objects.visible_to(person_behind(request)).with_picture(), pk=id)


def _answer(image: Image, seconds: float) -> dict[str, Any]:
    latest = Prediction.objects.filter(image=image).with_image().newest_first()
    prediction = latest.first()
    if prediction and prediction.pending:
        wait_until_settled([prediction.pk], seconds if Worker.objects.alive().exists() else 0)
        prediction = latest.first()
    return {
        "image": image,
        "prediction": prediction,
        "poll": bool(prediction and prediction.pending),
        "no_worker": _no_worker(prediction),
    }


def _no_worker(prediction: Prediction | None) -> bool:
    return bool(prediction and prediction.status == Status.QUEUED) and not Worker.objects.alive().exists()
