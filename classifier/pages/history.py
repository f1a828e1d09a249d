"""`/history/`: what you asked, newest first."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.actions.ask_history_again import ask_history_again
from classifier.models import Classifier, ModelVersion, Prediction, Worker
from classifier.models.predictions import PredictionQuerySet
from classifier.pages.choosing import HistoryChoice
from classifier.pages.visitors import person_behind

PAGE = 24


@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    slugs = list(ModelVersion.objects.live().values_list("classifier__slug", flat=True))
    choice = HistoryChoice(request.GET, slugs=slugs)
    chosen = choice.selection()
    asked = chosen.among(Prediction.objects.visible_to(person_behind(request)).with_image()).newest_first()
    context = _page(asked, _id(request, "after"), _id(request, "before"))
    more = {"choice": choice, "slugs": slugs, "chosen": chosen, "newest": _newest(request, chosen.classifier)}
    return render(request, "pages/history.html", {**context, **more})


@require_POST
def ask_again(request: HttpRequest) -> HttpResponse:
    """Has what older versions answered answered by the live one."""
    classifier = Classifier.objects.named(request.POST.get("classifier", ""))
    if classifier is None:
        raise Http404
    asked = ask_history_again(by=person_behind(request), classifier=classifier)
    messages.success(request, f"{asked:,} picture{'' if asked == 1 else 's'} asked about again. The old answers stay.")
    return redirect(f"{reverse('pages:history')}?classifier={classifier.slug}")


def _newest(request: HttpRequest, slug: str) -> ModelVersion | None:
    """The live version of the classifier looked at, where it has something to answer again."""
    live = ModelVersion.objects.live().filter(classifier__slug=slug).first() if slug else None
    outdated = live and Prediction.objects.visible_to(person_behind(request)).answered_before(live).exists()
    return live if outdated else None


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _page(asked: PredictionQuerySet, after: uuid.UUID | None, before: uuid.UUID | None) -> dict[str, Any]:
    """The entries behind one, or ahead of one, and whether there are others on either side."""
    if before:
        rows = list(asked.filter(id__gt=before).reverse()[: PAGE + 1])
        entries, newer, older = rows[:PAGE][::-1], len(rows) > PAGE, True
    else:
        rows = list((asked.filter(id__lt=after) if after else asked)[: PAGE + 1])
        entries, newer, older = rows[:PAGE], bool(after), len(rows) > PAGE
    return {
        "entries": entries,
        "before": entries[0].pk if entries and newer else None,
        "after": entries[-1].pk if entries and older else None,
        "no_worker": any(entry.pending for entry in entries) and not Worker.objects.alive().exists(),
    }
