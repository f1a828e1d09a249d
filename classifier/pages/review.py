"""`/review/`: for reviewers, what waits to be judged, many at a time and by keyboard."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier import policy
from classifier.actions.review_image import BadVerdict, StaleReview, review_image
from classifier.actions.undo_review import CannotUndo, undo_review
from classifier.models import Classifier, Prediction, Review, Sample, State
from classifier.models.samples import SampleQuerySet
from classifier.pages.verdict import verdict_on
from classifier.pages.visitors import person_behind

PAGE = 24
HISTORY = 10
WAITING, ALL = "waiting", "all"
STATES = {WAITING: "waiting", State.ACCEPTED: "accepted", State.CORRECTED: "corrected", State.EXCLUDED: "unusable", ALL: "all"}
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


@dataclass(frozen=True)
class Selection:
    """Which samples are looked through; what the address does not say, or says wrongly, selects nothing."""

    classifier: str = ""
    state: str = WAITING
    label: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Selection:
        given = {name: query.get(name, "").replace("\0", "").strip() for name in ("classifier", "label")}
        state = query.get("state", "")
        return cls(**given, state=state if state in STATES else WAITING)

    def samples(self) -> SampleQuerySet:
        samples = Sample.objects.open_to_reviewers()
        if self.state != ALL:
            samples = samples.filter(state=State.NEW if self.state == WAITING else self.state)
        if self.classifier:
            samples = samples.filter(classifier__slug=self.classifier)
        if self.label:
            samples = samples.with_label(self.label)
        return samples.in_queue_order()

    def query(self, **more: object) -> str:
        return urlencode({name: value for name, value in {**asdict(self), **more}.items() if value})


class Entry(NamedTuple):
    sample: Sample
    answer: Prediction | None


def reviewers_only(view: View[P]) -> View[P]:
    """Others get the page that says so."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            policy.require_reviewer(request.user)
        except policy.ReviewersOnly as error:
            raise PermissionDenied(str(error)) from error
        return view(request, *args, **kwargs)

    return guarded


@reviewers_only
@require_safe
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    selection = Selection.of(request.GET)
    page = Paginator(selection.samples().for_showing(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": _with_answers(list(page)),
        "selection": selection,
        "query": selection.query(),
        "states": STATES,
        "classifiers": Classifier.objects.all(),
        "last": _last_verdict(request),
    }
    return render(request, "pages/review.html", context)


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sample(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """One sample, large. Deciding on it leads to the next."""
    if request.method != "POST":
        return _show(request, id)
    try:
        return redirect(_decide(request, _open(id)))
    except StaleReview as error:
        return _show(request, id, str(error), status=409)
    except BadVerdict as error:
        return _show(request, id, str(error), status=400)


@reviewers_only
@require_POST
def sample_undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Takes a decision on the sample back and shows it again."""
    found = _open(id)
    given = _id(request.POST.get("review", ""))
    review = get_object_or_404(found.reviews, pk=given or uuid.UUID(int=0))
    try:
        undo_review(by=person_behind(request), review=review)
    except (CannotUndo, policy.NotAllowed) as error:
        messages.error(request, str(error))
    return redirect(_address(found, Selection.of(request.GET)))


def _decide(request: HttpRequest, found: Sample) -> str:
    """Where to go on. Raises BadVerdict and StaleReview."""
    selection = Selection.of(request.GET)
    following = selection.samples().queued_after(found.changed_at, found).first()
    verdict, label = verdict_on(request, _to_confirm(found, _answer_to(found)))
    review = review_image(
        by=person_behind(request),
        image=found.image,
        classifier=found.classifier,
        verdict=verdict,
        label=label,
        reason=request.POST.get("reason", "").strip(),
        seen=request.POST.get("seen"),
    )
    if following is None:
        messages.success(request, "That was the last one here.")
    return _address(following, selection, last=review.pk)


def _show(request: HttpRequest, id: uuid.UUID, problem: str = "", status: int = 200) -> HttpResponse:
    found, selection = _open(id), Selection.of(request.GET)
    following = selection.samples().queued_after(found.changed_at, found).first()
    decisions = found.reviews.standing().filter(decides=True).newest_first().for_showing()
    context = {
        "sample": found,
        "answer": _answer_to(found),
        "labels": found.classifier.labels.values_list("name", flat=True),
        "events": found.reviews.newest_first().for_showing()[:HISTORY],
        "last": _last_verdict(request) or decisions.first(),
        "here": _address(found, selection),
        "skip": _address(following, selection),
        "query": selection.query(),
        "problem": problem,
    }
    return render(request, "pages/review_sample.html", context, status=status)


def _open(id: uuid.UUID) -> Sample:
    return get_object_or_404(Sample.objects.open_to_reviewers().for_showing(), pk=id)


def _address(found: Sample | None, selection: Selection, **more: object) -> str:
    """Of the sample, or of the queue where there is none."""
    path = reverse("pages:review-sample", args=[found.pk]) if found else reverse("pages:review")
    return f"{path}?{selection.query(**more)}"


def _answer_to(found: Sample) -> Prediction | None:
    return Prediction.objects.last_answer(found.image, found.classifier)


def _to_confirm(found: Sample, answer: Prediction | None) -> str:
    if found.given:
        return found.given.name
    return answer.label if answer else ""


def _with_answers(samples: Sequence[Sample]) -> list[Entry]:
    answers = Prediction.objects.last_answers([row.image_id for row in samples])
    return [Entry(row, answers.get((row.image_id, row.classifier_id))) for row in samples]


def _last_verdict(request: HttpRequest) -> Review | None:
    """What this person decided a moment ago, to be taken back."""
    last = _id(request.GET.get("last", ""))
    if last is None:
        return None
    return Review.objects.standing().filter(pk=last, by=request.user.pk, decides=True).for_showing().first()


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
