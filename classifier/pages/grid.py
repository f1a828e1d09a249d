"""`/review/grid/`: many samples beside each other, judged at once. Works without JavaScript, by its checkboxes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classifier.actions.review_image import BadVerdict, Judged, Judgement, review_images
from classifier.actions.undo_review import CannotUndo, undo_reviews
from classifier.models import Classifier, Review, Sample, Verdict
from classifier.models.likenesses import groups_alike
from classifier.pages.reviewing import choices_for, id_in, number_of, query_of, reviewers_only, selection_of
from classifier.pages.visitors import account_behind

SIZES = (24, 48, 100)
NAMED = 5
NOTHING_CHOSEN = "Nothing is selected. Click on pictures, or tick their boxes, then choose what they are."
NOTHING_SUGGESTED = "The network suggests nothing instead: give the label yourself."


class Tile(NamedTuple):
    """A sample, how many on the page look like it, and which of these groups it is in."""

    sample: Sample
    kin: int
    group: int


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def grid(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request)
    try:
        judged = review_images(by=account_behind(request), judgements=_judgements(request))
    except BadVerdict as error:
        return _show(request, str(error), status=400)
    _report(request, judged)
    return redirect(_here(request, **({"together": judged.together} if judged.reviews else {})))


@reviewers_only
@require_POST
def grid_undo(request: HttpRequest) -> HttpResponse:
    """Takes back all that was said in one go."""
    together = id_in(request.POST.get("together", "")) or uuid.UUID(int=0)
    try:
        undone, left = undo_reviews(by=account_behind(request), together=together)
    except (CannotUndo, Review.DoesNotExist) as error:
        messages.error(request, str(error) or "There is nothing to take back.")
    else:
        messages.success(request, f"Taken back: {number_of(len(undone))}.")
        if left:
            names = _names(row.label for row in left)
            messages.warning(request, f"{number_of(len(left))} had been judged again since, and stay: {names}.")
    return redirect(_here(request))


def _show(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    selection = selection_of(request.GET)
    size = _size(request)
    page = Paginator(selection.samples(account_behind(request)).for_showing(), size).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "tiles": _tiles(list(page)),
        "sizes": SIZES,
        "size": size,
        "labels": _labels(selection.classifier),
        "here": _here(request, page=page.number),
        "last": _last(request),
        "problem": problem,
        **choices_for(selection),
    }
    return render(request, "pages/review_grid.html", {**context, "query": query_of(selection, size=size)}, status=status)


def _tiles(samples: list[Sample]) -> list[Tile]:
    groups = enumerate(groups_alike(samples))
    return [Tile(sample, len(group), number) for number, group in groups for sample in group]


def _judgements(request: HttpRequest) -> list[Judgement]:
    """What is ticked, each with what the person saw of it. Raises BadVerdict."""
    chosen = [id for text in request.POST.getlist("sample") if (id := id_in(text))]
    if not chosen:
        raise BadVerdict("samples", NOTHING_CHOSEN)
    verdict, label = _verdict(request)
    suggested = _suggestions(chosen) if "suggested" in request.POST else {}
    if "suggested" in request.POST and not suggested:
        raise BadVerdict("label", NOTHING_SUGGESTED)
    wanted = suggested or dict.fromkeys(chosen, label)
    return [Judgement(id, verdict, wanted[id], request.POST.get(f"seen-{id}")) for id in chosen if id in wanted]


def _verdict(request: HttpRequest) -> tuple[str, str]:
    if "unusable" in request.POST:
        return Verdict.UNUSABLE, ""
    if "confirmed" in request.POST:
        return Verdict.CONFIRMED, ""
    return Verdict.CORRECTED, request.POST.get("label", "").strip()


def _suggestions(chosen: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    samples = Sample.objects.filter(pk__in=chosen).for_showing()
    return {sample.pk: str(sample.suggested) for sample in samples if sample.suggested}


def _report(request: HttpRequest, judged: Judged) -> None:
    if judged.reviews:
        done = "Noted" if any(row.one_of for row in judged.reviews) else "Decided"
        messages.success(request, f"{done}: {number_of(len(judged.reviews))}.")
    if judged.stale:
        names = _names(f"{sample.given or 'a picture'} (now {sample})" for sample in judged.stale)
        messages.warning(request, f"{number_of(len(judged.stale))} had changed since you looked, and stay as they are: {names}.")
    if judged.refused:
        names = _names(f"{sample.given or 'a picture'}: {why}" for sample, why in judged.refused)
        messages.error(request, f"{number_of(len(judged.refused))} could not be decided so: {names}")


def _names(names: Iterable[object]) -> str:
    """The first few, so that a message stays one."""
    listed = [str(name or "unusable") for name in names]
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more


def _here(request: HttpRequest, **more: object) -> str:
    given = {"size": _size(request), "page": request.GET.get("page", ""), **more}
    return f"{reverse('pages:review-grid')}?{query_of(selection_of(request.GET), **given)}"


def _size(request: HttpRequest) -> int:
    given = request.GET.get("size", "")
    return int(given) if given in map(str, SIZES) else SIZES[1]


def _labels(classifier: str) -> list[str]:
    found = Classifier.objects.named(classifier) or Classifier.objects.first()
    return list(found.labels.values_list("name", flat=True)) if found else []


def _last(request: HttpRequest) -> dict[str, object] | None:
    """What this person decided together a moment ago, to be taken back."""
    together = id_in(request.GET.get("together", ""))
    standing = Review.objects.standing().of_reviewers().filter(together=together, by=request.user.pk)
    number = standing.count() if together else 0
    return {"together": together, "number": number} if number else None
