"""`/review/`: for reviewers, what waits to be judged, many at a time and by keyboard."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier import policy
from classifier.actions.give_sample import give_next, give_sample
from classifier.actions.review_image import BadVerdict, StaleReview, review_image
from classifier.actions.undo_review import CannotUndo, undo_review
from classifier.models import Prediction, Question, Review, Sample, User
from classifier.models.opinions import shown_to
from classifier.models.samples import SampleQuerySet
from classifier.models.selections import Selection
from classifier.pages.reviewing import choices_for, id_in, number_of, query_of, reviewers_only, selection_of
from classifier.pages.verdict import verdict_on
from classifier.pages.visitors import account_behind, person_behind

PAGE = 24
HISTORY = 10
ELSEWHERE = "Another reviewer was given this one less than two minutes ago. Decide it all the same, or skip it."


class Entry(NamedTuple):
    sample: Sample
    answer: Prediction | None


@reviewers_only
@require_safe
@never_cache
def queue(request: HttpRequest) -> HttpResponse:
    selection = selection_of(request.GET)
    page = Paginator(selection.samples(account_behind(request)).for_showing(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "entries": _with_answers(list(page)),
        "last": _last_verdict(request),
        **choices_for(selection),
    }
    return render(request, "pages/review.html", context)


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sample(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """One sample, large. Deciding on it leads to the next."""
    if request.method != "POST":
        return _give(request, _open(request, id))
    try:
        return redirect(_decide(request, _open(request, id)))
    except StaleReview as error:
        return _show(request, _open(request, id), str(error), status=409)
    except BadVerdict as error:
        return _show(request, _open(request, id), str(error), status=400)


@reviewers_only
@require_POST
def sample_undo(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Takes a decision on the sample back and shows it again."""
    found = _open(request, id)
    given = id_in(request.POST.get("review", ""))
    review = get_object_or_404(found.reviews, pk=given or uuid.UUID(int=0))
    try:
        undo_review(by=person_behind(request), review=review)
    except (CannotUndo, policy.NotAllowed) as error:
        messages.error(request, str(error))
    return redirect(_address(found, selection_of(request.GET)))


def _decide(request: HttpRequest, found: Sample) -> str:
    """Where to go on. Raises BadVerdict and StaleReview."""
    selection = selection_of(request.GET)
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
    return _onward(request, selection, found, last=review.pk)


def _onward(request: HttpRequest, selection: Selection, found: Sample, **more: object) -> str:
    """The address of what follows, theirs now; or of the queue, with a word on why nothing does."""
    by = account_behind(request)
    others = selection.samples(by).exclude(pk=found.pk)
    following = give_next(
        by=by, among=others.select_related("classifier"), after=found.place, may_try=selection.is_plain and not found.is_put
    )
    if following is None:
        messages.success(request, _nothing_follows(by, selection, others, found))
    return _address(following, selection, **more)


def _nothing_follows(by: User, selection: Selection, others: SampleQuerySet, found: Sample) -> str:
    if held := others.queued_after(found.place).count():
        what = "The sample that follows is" if held == 1 else f"The {held:,} samples that follow are"
        return f"{what} with other reviewers now. What they do not judge comes back after two minutes."
    passed = others.free_for(by).count() if selection.waits else 0
    if not passed:
        return "That was the last one here."
    return f"That was the last one. {number_of(passed)} before it {'is' if passed == 1 else 'are'} still here."


def _give(request: HttpRequest, found: Sample) -> HttpResponse:
    """Who follows "next" to one that another was given meanwhile is led on; who asked for this very one is told."""
    by, selection = account_behind(request), selection_of(request.GET)
    theirs = found.is_put or give_sample(by=by, sample=found)
    if theirs or not request.GET.get("next"):
        return _show(request, found, "" if theirs else ELSEWHERE)
    return redirect(_onward(request, selection, found))


def _show(request: HttpRequest, found: Sample, problem: str = "", status: int = 200) -> HttpResponse:
    selection = selection_of(request.GET)
    by = account_behind(request)
    queue, said = selection.samples(by), shown_to(by, found.reviews.newest_first().for_showing())
    following = queue.free_for(by).queued_after(found.place).first()
    context = {
        "sample": found,
        "answer": _answer_to(found),
        "labels": found.classifier.labels.values_list("name", flat=True),
        "events": said[:HISTORY],
        "last": _last_verdict(request) or said.standing().takeable_by(by).first(),
        "here": _address(found, selection),
        "skip": _address(following, selection, next=1),
        "back": _address(queue.queued_before(found.place).first(), selection),
        "query": query_of(selection),
        "problem": problem,
    }
    return render(request, "pages/review_sample.html", context, status=status)


def _open(request: HttpRequest, id: uuid.UUID) -> Sample:
    """As this reviewer is to see it."""
    drawn = Q(image__strokes__isnull=False)
    shown = Sample.objects.open_to_reviewers().in_queue_order().for_showing().annotate(has_strokes=drawn)
    found = get_object_or_404(shown, pk=id)
    return Question.objects.seen_by(account_behind(request), found)


def _address(found: Sample | None, selection: Selection, **more: object) -> str:
    """Of the sample, or of the queue where there is none."""
    path = reverse("pages:review-sample", args=[found.pk]) if found else reverse("pages:review")
    return f"{path}?{query_of(selection, **more)}"


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
    last = id_in(request.GET.get("last", ""))
    if last is None:
        return None
    return Review.objects.standing().of_reviewers().filter(pk=last, by=request.user.pk).for_showing().first()
