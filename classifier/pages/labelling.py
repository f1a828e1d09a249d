"""`/workshop/classifiers/<slug>/label/`: the twenty pictures whose labels would teach most, to be labelled by a tap each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classifier import policy
from classifier.actions.propose_pictures import MOST_PROPOSED, propose_pictures
from classifier.actions.review_image import BadVerdict, StaleReview, review_image
from classifier.models import Classifier, Image, Prediction, Verdict
from classifier.pages.reviewing import id_in
from classifier.pages.visitors import account_behind

AT_ONCE = 20
FEW_LABELS = 12
"""So many stand beside each picture; of more, the network's guesses, and a field for all."""
PASSED_OVER = 60
"""So many are remembered, in the address."""
SHOWN_REFUSALS = 5
UNUSABLE, LABEL = "unusable", "label:"


class Said(NamedTuple):
    """What a person says of a picture; nothing where they passed it over."""

    image: uuid.UUID
    label: str
    unusable: bool
    seen: str | None

    def __bool__(self) -> bool:
        return bool(self.label or self.unusable)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def label(request: HttpRequest, slug: str) -> HttpResponse:
    """For those who may train the classifier. What is neither labelled nor called unusable is passed over."""
    found = get_object_or_404(Classifier, slug=slug)
    try:
        policy.require_trainer(request.user, found)
    except policy.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    return _take(request, found) if request.method == "POST" else _show(request, found)


def _show(request: HttpRequest, found: Classifier) -> HttpResponse:
    passed = _passed_over(request)
    labels = list(found.labels.values_list("name", flat=True))
    context = {
        "classifier": found,
        "proposed": propose_pictures(by=account_behind(request), classifier=found, count=AT_ONCE, passed_over=passed),
        "labels": labels,
        "few": labels if len(labels) <= FEW_LABELS else [],
        "passed": ",".join(id.hex for id in passed),
        "decides": policy.may_review(request.user),
    }
    return render(request, "pages/workshop_label.html", context)


def _take(request: HttpRequest, found: Classifier) -> HttpResponse:
    said = _said(request)
    given = [one for one in said if one]
    answers, words = Prediction.objects.last_answers([one.image for one in given]), found.words()
    answered = {image: words.get(row.label, row.label) for (image, classifier), row in answers.items() if classifier == found.pk}
    refused = [why for one in given if (why := _say(request, found, one, answered.get(one.image)))]
    _report(request, len(given), refused)
    passed = [*_passed_over(request), *(one.image for one in said if not one)][-PASSED_OVER:]
    here = reverse("pages:workshop-label", args=[found.slug])
    return redirect(f"{here}?passed={','.join(id.hex for id in passed)}" if passed else here)


def _said(request: HttpRequest) -> list[Said]:
    """Of each picture that was shown; a typed label goes before a tapped one."""
    images = [id for text in request.POST.getlist("image")[:MOST_PROPOSED] if (id := id_in(text))]
    return [_said_of(request, id) for id in images]


def _said_of(request: HttpRequest, id: uuid.UUID) -> Said:
    tapped, typed = (request.POST.get(f"{name}-{id}", "").replace("\0", "").strip() for name in ("is", "other"))
    named = typed or (tapped.removeprefix(LABEL) if tapped.startswith(LABEL) else "")
    return Said(id, named, tapped == UNUSABLE and not typed, request.POST.get(f"seen-{id}"))


def _say(request: HttpRequest, found: Classifier, said: Said, answered: str | None) -> str:
    """What is wrong with it, or nothing; `answered` is in today's words."""
    agreed = Verdict.CONFIRMED if answered == said.label else Verdict.CORRECTED
    verdict = Verdict.UNUSABLE if said.unusable else agreed
    by = account_behind(request)
    try:
        review_image(by=by, image=Image(pk=said.image), classifier=found, verdict=verdict, label=said.label, seen=said.seen)
    except Image.DoesNotExist:
        return "A picture is not there any more."
    except (BadVerdict, StaleReview, policy.NotAllowed) as error:
        return str(error)
    return ""


def _report(request: HttpRequest, given: int, refused: Sequence[str]) -> None:
    if kept := given - len(refused):
        word = "" if policy.may_review(request.user) else " That is your word: a reviewer decides."
        messages.success(request, f"{kept} picture{'' if kept == 1 else 's'} labelled.{word}")
    for why in refused[:SHOWN_REFUSALS]:
        messages.error(request, why)
    if more := len(refused[SHOWN_REFUSALS:]):
        messages.error(request, f"And {more} more could not be taken.")


def _passed_over(request: HttpRequest) -> list[uuid.UUID]:
    texts = request.GET.get("passed", "").split(",")[-PASSED_OVER:]
    return [id for text in texts if (id := id_in(text))]
