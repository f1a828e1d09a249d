"""`/history/`: what you asked, newest first."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.models import ModelVersion, Prediction, Worker
from classifier.pages.visitors import person_behind

PAGE = 24


@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    corrected = "corrected" in request.GET
    asked = Prediction.objects.visible_to(person_behind(request)).with_image().newest_first()
    if corrected:
        asked = asked.corrected_by_owner()
    slugs = list(ModelVersion.objects.live().values_list("classifier__slug", flat=True))
    by = request.GET.get("classifier") if request.GET.get("classifier") in slugs else None
    if by:
        asked = asked.filter(classifier__slug=by)
    after, before = _id(request, "after"), _id(request, "before")
    if before:
        rows = list(asked.filter(id__gt=before).reverse()[: PAGE + 1])
        entries, newer, older = rows[:PAGE][::-1], len(rows) > PAGE, True
    else:
        rows = list((asked.filter(id__lt=after) if after else asked)[: PAGE + 1])
        entries, newer, older = rows[:PAGE], bool(after), len(rows) > PAGE
    return render(request, "pages/history.html", {**_context(entries, newer, older, corrected, by), "slugs": slugs})


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _context(entries: list[Prediction], newer: bool, older: bool, corrected: bool, by: str | None) -> dict[str, Any]:
    kept = ("&corrected" if corrected else "") + (f"&classifier={by}" if by else "")
    return {
        "entries": entries,
        "corrected": corrected,
        "by": by,
        "previous_page": f"?before={entries[0].pk}{kept}" if entries and newer else None,
        "next_page": f"?after={entries[-1].pk}{kept}" if entries and older else None,
        "no_worker": any(entry.pending for entry in entries) and not Worker.objects.alive().exists(),
    }
