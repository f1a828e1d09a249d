"""`/batches/<id>/`: what was sent together, and what each of it is."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.models import Batch, Worker
from classifier.pages.visitors import person_behind

NOTHING_NEW = 204  # htmx leaves the page as it is


@require_safe
@never_cache
def batch(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _mine(request, id)
    if hasattr(found, "unpacking"):
        return render(request, "pages/bulk.html", _progress(found))
    return render(request, "pages/batch.html", _state(found))


@require_safe
@never_cache
def answers(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes, for htmx, if it has changed since `state`; of a bulk only how far it is."""
    found = _mine(request, id)
    bulk = hasattr(found, "unpacking")
    state = _progress(found) if bulk else _state(found)
    if request.GET.get("state") == state["state"]:
        return HttpResponse(status=NOTHING_NEW)
    return render(request, "partials/bulk.html" if bulk else "partials/batch.html", {**state, "alone": True})


def _mine(request: HttpRequest, id: uuid.UUID) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(person_behind(request)).select_related("unpacking"), pk=id)


def _progress(bulk: Batch) -> dict[str, Any]:
    """Too many to be shown one by one."""
    counted = Batch.objects.with_progress().get(pk=bulk.pk)
    over = counted.done + counted.failed
    no_worker = over < counted.total and not Worker.objects.alive().exists()
    return {
        "batch": counted,
        "problem": bulk.unpacking.problem,
        "over": over,
        "poll": over < counted.total,
        "no_worker": no_worker,
        "state": f"{over}-{counted.total}-{no_worker:d}",
    }


def _state(found: Batch) -> dict[str, Any]:
    files = list(found.files.with_answers())
    predictions = [file.prediction for file in files if file.prediction]
    waiting = sum(prediction.pending for prediction in predictions)
    no_worker = bool(waiting) and not Worker.objects.alive().exists()
    return {
        "batch": found,
        "files": files,
        "pictures": len(predictions),
        "answered": len(predictions) - waiting,
        "refused": len(files) - len(predictions),
        "poll": bool(waiting),
        "no_worker": no_worker,
        "state": f"{len(files)}-{waiting}-{no_worker:d}",
    }
