"""`/images/<id>/why/`: where in the picture the evidence is, and which known pictures it is like."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier import policy
from classifier.actions.explain_prediction import NotAnswered, UnknownGuess, explain_prediction
from classifier.models import Explanation, Image, Neighbour, Person, Prediction, Sample, Status, Worker
from classifier.models.labelled_alike import labelled_alike
from classifier.pages.reviewing import id_in
from classifier.pages.visitors import person_behind
from classifier.serving import picture_response

REFUSED = '<p class="notice error" id="why">{}</p>'


@require_safe
@never_cache
def why(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Asks for it with the first look. Of the `label` in the address, or of the best guess.

    htmx takes the parts `#why` and `#alike` out of the page: both for whoever judges, and the first alone until it is made.
    """
    person = person_behind(request)
    prediction = _prediction(person, id, request.GET.get("prediction"))
    try:
        label = request.GET.get("label", "").replace("\0", "")
        explanation = explain_prediction(by=person, prediction=prediction, label=label)
    except UnknownGuess as error:
        raise Http404(str(error)) from error
    except (NotAnswered, policy.TooManyPictures) as error:
        return _refused(request, str(error), _way_back(request, person, prediction))
    context = {
        **_shown(person, prediction, explanation),
        "labelled": labelled_alike(prediction, person) if _is_first_look(request, person) else [],
        "back": _way_back(request, person, prediction),
    }
    return render(request, "pages/why.html", context)


@require_safe
def heatmap(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The PNG of what has been made; asking for one is the page's."""
    made = Explanation.objects.filter(prediction__image__in=policy.images_open_to(person_behind(request)), prediction__image=id)
    wanted = {"prediction": id_in(request.GET.get("prediction", "")), "label": request.GET.get("label", "").replace("\0", "")}
    found = get_object_or_404(made, status=Status.SUCCEEDED, **wanted)
    return picture_response(bytes(found.heatmap or b""), "image/png", f"{id}-heatmap")


def _is_first_look(request: HttpRequest, person: Person) -> bool:
    """Of a reviewer: what follows asks only whether the explanation is there."""
    return policy.may_review(person) and request.htmx.target != "why"  # type: ignore[attr-defined]


def _refused(request: HttpRequest, why_not: str, back: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(format_html(REFUSED, why_not))
    messages.error(request, why_not)
    return redirect(back)


def _prediction(person: Person, image: uuid.UUID, given: str | None) -> Prediction:
    """The one in the address, or the last that was answered."""
    open_to = Prediction.objects.filter(image=image, image__in=policy.images_open_to(person)).with_image()
    if given is None:
        return get_object_or_404(open_to.answered().newest_first()[:1])
    return get_object_or_404(open_to, pk=id_in(given))


def _shown(person: Person, prediction: Prediction, explanation: Explanation) -> dict[str, Any]:
    return {
        "prediction": prediction,
        "image": prediction.image,
        "explanation": explanation,
        "neighbours": _with_images(person, explanation.neighbours),
        "no_worker": explanation.pending and not Worker.objects.alive().exists(),
    }


def _with_images(person: Person, neighbours: list[Neighbour]) -> list[tuple[Neighbour, Image | None]]:
    """Each with the picture that this person may see, if it is somebody's."""
    ids = [one.image for one in neighbours if one.image]
    open_to = {image.pk: image for image in policy.images_open_to(person).filter(pk__in=ids).defer("pixels", "strokes")}
    return [(one, open_to.get(one.image) if one.image else None) for one in neighbours]


def _way_back(request: HttpRequest, person: Person, prediction: Prediction) -> str:
    """Where `next` in the address leads to; else to the result, or for a reviewer to what they judge."""
    back = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return back
    if policy.owns(person, prediction.image):
        return reverse("pages:result", args=[prediction.image_id])
    judged = Sample.objects.filter(image=prediction.image, classifier=prediction.classifier).first()
    return reverse("pages:review-sample", args=[judged.pk]) if judged else reverse("pages:review")
