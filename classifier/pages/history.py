"""`/history/`: what you asked, newest first."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.models import Prediction, Worker
from classifier.pages.visitors import person_behind

PAGE = 24


@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    asked = Prediction.objects.visible_to(person_behind(request)).with_image().newest_first()
    after, before = _id(request, "after"), _id(request, "before")
    if before:
        rows = list(asked.filter(id__gt=before).reverse()[: PAGE + 1])
        entries, newer, older = rows[:PAGE][::-1], len(rows) > PAGE, True
    else:
        rows = list((asked.filter(id__lt=after) if after else asked)[: PAGE + 1])
        entries, newer, older = rows[:PAGE], bool(after), len(rows) > PAGE
    return render(request, "pages/history.html", _context(entries, newer, older))


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _context(entries: list[Prediction], newer: bool, older: bool) -> dict[str, Any]:
    return {
        "entries": entries,
        "previous_page": f"?before={entries[0].pk}" if entries and newer else None,
        "next_page": f"?after={entries[-1].pk}" if entries and older else None,
        "no_worker": any(entry.pending for entry in entries) and not Worker.objects.alive().exists(),
    }
