"""`/images/<id>/`: one picture and what it is."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.actions.ask_again import ask_again
from classifier.actions.delete_image import delete_image
from classifier.models import Classifier, Image, Prediction, Worker
from classifier.models.waiting import wait_until_settled
from classifier.pages.reproducing import programs_for
from classifier.pages.verdict import question
from classifier.pages.visitors import person_behind
from classifier.policy import TooManyPictures, images_open_to
from classifier.serving import SAFE, picture_response, seen_response

FIRST_LOOK_S = 1.0


@require_safe
@never_cache
def result(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Waits a moment, so that the page usually comes with the answer on it."""
    person = person_behind(request)
    image = Image.objects.visible_to(person).filter(pk=id).first()
    if image is None:  # what came from an address may have turned out to be a picture that this person has already
        known = get_object_or_404(Prediction.objects.visible_to(person).filter(fetch__made_for=id).newest_first()[:1])
        return redirect("pages:result", known.image_id)
    found = _answer(image, FIRST_LOOK_S)
    if found["image"] != image:
        return redirect("pages:result", found["image"].pk)
    context = {**found, "can_delete": True, "sent_before": "before" in request.GET}
    return render(request, "pages/result.html", {**context, **programs_for(request, image, context["prediction"])})


@require_safe
@never_cache
def answer(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes, for htmx."""
    image = _own_image(request, id)
    found = _answer(image, FIRST_LOOK_S)
    response = render(request, "partials/answer.html", found)
    if image.source == "url" and not found["poll"]:
        response["HX-Refresh"] = "true"  # the picture came after the page: now it can stand beside the answer
    return response


@require_safe
def image_file(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    image = _arrived_image(request, id)
    return picture_response(image.picture, image.content_type, str(image.pk))


@require_safe
def image_seen(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    return seen_response(_arrived_image(request, id), request.GET.get("classifier"))


@require_safe
def image_strokes(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """A drawing's strokes in the order in which they were drawn, aligned: 0 to 255. 404 for what was not drawn."""
    image = _arrived_image(request, id)
    if image.strokes is None:
        raise Http404(id)
    return JsonResponse({"strokes": image.strokes}, headers=SAFE)


@require_POST
def image_ask(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Once more, although there is an answer; of another `classifier` where one is named."""
    image, slug = _own_image(request, id), request.POST.get("classifier")
    classifier = Classifier.objects.named(slug) if slug else None
    if slug and not classifier:
        raise Http404(slug)
    try:
        ask_again(by=person_behind(request), image=image, classifier=classifier)
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
    return get_object_or_404(images_open_to(person_behind(request)).with_picture(), pk=id)


def _answer(image: Image, seconds: float) -> dict[str, Any]:
    """The latest, and the picture, which may have come meanwhile, or have turned out to be another image's."""
    shown = Prediction.objects.with_image()
    prediction = shown.filter(image=image).newest_first().first()
    if prediction and prediction.pending:
        wait_until_settled([prediction.pk], 0 if _no_worker(prediction) else seconds)
        prediction = shown.filter(pk=prediction.pk).first()
        image = prediction.image if prediction else image
    return {
        "image": image,
        "prediction": prediction,
        "poll": bool(prediction and prediction.pending),
        "place": prediction.place_in_queue() if prediction else None,
        "no_worker": _no_worker(prediction),
        **question(image, prediction),
    }


def _no_worker(prediction: Prediction | None) -> bool:
    job = prediction.waits_for if prediction else None
    return job is not None and not Worker.objects.alive(job).exists()
