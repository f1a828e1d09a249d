"""`/workshop/runs/<id>/`: a network being trained, from the queue to its end."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.actions.cancel_training import CannotCancel, cancel_training
from classifier.ml import catalog
from classifier.models import Job, RunStatus, TrainingRun, Worker
from classifier.models.training import TrainingSet
from classifier.pages.charts import curves
from classifier.pages.visitors import account_behind
from classifier.pages.workshop import maintainers_only

A_WHILE_S = 90


@maintainers_only
@require_safe
@never_cache
def run(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    return render(request, "pages/workshop_run.html", _state(id))


@maintainers_only
@require_safe
@never_cache
def state(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """The part of the page that changes, for htmx."""
    return render(request, "partials/workshop_run.html", _state(id))


@maintainers_only
@require_POST
def cancel(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(TrainingRun, pk=id)
    try:
        cancel_training(by=account_behind(request), run=found)
    except CannotCancel as error:
        messages.error(request, str(error))
    return redirect("pages:workshop-run", id)


def _state(id: uuid.UUID) -> dict[str, Any]:
    found = get_object_or_404(TrainingRun.objects.for_showing(), pk=id)
    recipe = catalog.RECIPES.get(found.recipe)
    return {
        "run": found,
        "recipe": recipe.title if recipe else found.recipe,
        "percent": f"{100 * found.progress:.0f}",
        "charts": curves(found.history, found.epochs),
        "left": _time_left(found),
        "parts": _parts(found.training_set) if found.training_set else None,
        "no_trainer": found.status == RunStatus.QUEUED and not Worker.objects.alive(Job.TRAINING).exists(),
    }


def _time_left(run: TrainingRun) -> str:
    """By the epochs that are complete; nothing before the first, and after the last, when it is only measured."""
    took = [epoch["seconds"] for epoch in run.history if "seconds" in epoch]
    if run.status != RunStatus.RUNNING or not took or run.epoch >= run.epochs:
        return ""
    seconds = sum(took) / len(took) * (run.epochs - run.epoch)
    return f"{seconds:.0f} seconds" if seconds < A_WHILE_S else f"{seconds / 60:.0f} minutes"


def _parts(training_set: TrainingSet) -> dict[str, int]:
    """How many of its pictures are for what."""
    counts: list[dict[str, int]] = list(training_set.counts.values())
    return {part: sum(of_label.get(part, 0) for of_label in counts) for part in ("train", "validation", "test")}
