"""`/images/<id>/review/`: "Was this right?", on the page of a result."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from classifier.actions.review_image import BadVerdict, review_image
from classifier.actions.undo_review import CannotUndo, undo_review
from classifier.models import Classifier, Image, Person, Prediction, Review, Sample, Status, Verdict
from classifier.pages.visitors import person_behind
from classifier.policy import NotAllowed


@require_POST
def image_review(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The word of the person whose image it is."""
    image, classifier = _asked_about(request, id)
    return _answer(request, image, classifier, _say(request, image, classifier))


@require_POST
def image_review_undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Takes the last word back that still stands."""
    image, classifier = _asked_about(request, id)
    words = Review.objects.standing().filter(sample__image=image, sample__classifier=classifier, own=True)
    last = words.newest_first().first()
    problem = _take_back(person_behind(request), last) if last else ""
    return _answer(request, image, classifier, problem)


def question(image: Image, prediction: Prediction | None) -> dict[str, Any]:
    """What partials/verdict.html shows beside the prediction: nothing before there is an answer."""
    if prediction is None or prediction.status != Status.SUCCEEDED:
        return {}
    sample = Sample.objects.for_showing().filter(image=image, classifier=prediction.classifier).first()
    labels = prediction.classifier.labels.values_list("name", flat=True)
    return {"image": image, "prediction": prediction, "sample": sample or Sample(), "labels": labels}


def verdict_on(request: HttpRequest, right: str) -> tuple[str, str]:
    """The verdict of a form, and its label: confirmed where that is the one taken for right."""
    label = request.POST.get("label", "").strip()
    if "unusable" in request.POST:
        return Verdict.UNUSABLE, ""
    return (Verdict.CONFIRMED if label and label == right else Verdict.CORRECTED), label


def _asked_about(request: HttpRequest, id: uuid.UUID) -> tuple[Image, Classifier]:
    image = get_object_or_404(Image.objects.visible_to(person_behind(request)).with_picture(), pk=id)
    return image, get_object_or_404(Classifier, slug=request.POST.get("classifier", ""))


def _say(request: HttpRequest, image: Image, classifier: Classifier) -> str:
    """What is wrong with it, or nothing."""
    answer = Prediction.objects.last_answer(image, classifier)
    verdict, label = verdict_on(request, answer.label if answer else "")
    reason = request.POST.get("reason", "").strip()
    try:
        review_image(by=person_behind(request), image=image, classifier=classifier, verdict=verdict, label=label, reason=reason)
    except (BadVerdict, NotAllowed) as error:
        return str(error)
    return ""


def _take_back(person: Person, review: Review) -> str:
    try:
        undo_review(by=person, review=review)
    except (CannotUndo, NotAllowed) as error:
        return str(error)
    return ""


def _answer(request: HttpRequest, image: Image, classifier: Classifier, problem: str) -> HttpResponse:
    """The part of the page for htmx, the way back to the page for everybody else."""
    if request.htmx:  # type: ignore[attr-defined]
        answers = Prediction.objects.answered().with_image().filter(image=image, classifier=classifier)
        context = {**question(image, answers.newest_first().first()), "problem": problem, "said": True}
        return render(request, "partials/verdict.html", context)
    if problem:
        messages.error(request, problem)
    return redirect("pages:result", image.pk)
