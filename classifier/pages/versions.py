"""`/workshop/versions/<id>/`: one trained network, what it is worth beside the live one, and whether it shall answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.actions.promote_version import LONGEST_NOTE, BadNote, DamagedVersion, GateClosed, promote_version
from classifier.actions.roll_back import CannotRollBack, roll_back
from classifier.ml.gate import BadAnswers, Comparison
from classifier.models import ModelVersion, Promotion
from classifier.models.measurements import answers_of, compared
from classifier.models.versions import Stage
from classifier.pages.charts import curves
from classifier.pages.reports import facts, report
from classifier.pages.shadows import beside_the_live_one
from classifier.pages.visitors import account_behind
from classifier.pages.workshop import maintainers_only


@maintainers_only
@require_safe
@never_cache
def version(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _found(id)
    live = ModelVersion.objects.live_for(found.classifier)
    other = None if live == found else live
    comparison, problem = _gate(found, other)
    context = {
        "version": found,
        "live": live,
        "candidate": found.stage == Stage.CANDIDATE,
        "comparison": comparison,
        "problem": problem,
        "before": Promotion.objects.before(found) if live == found else None,
        "promotions": Promotion.objects.filter(version=found).for_showing(),
        "charts": curves(found.curves),
        "facts": facts(found),
        "longest_note": LONGEST_NOTE,
        **_report(request, found, other),
        **beside_the_live_one(request, found),
    }
    return render(request, "pages/workshop_version.html", context)


@maintainers_only
@require_POST
def promote(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = _found(id)
    try:
        promote_version(by=account_behind(request), version=found, note=request.POST.get("note", ""))
        messages.success(request, f"{found} answers from now on. Workers take it within ten seconds.")
    except (BadNote, GateClosed, DamagedVersion) as error:
        messages.error(request, str(error))
    return redirect("pages:workshop-version", id)


@maintainers_only
@require_POST
def back(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    """Leads to the version that answers again."""
    try:
        restored = roll_back(by=account_behind(request), version=_found(id))
    except CannotRollBack as error:
        messages.error(request, str(error))
        return redirect("pages:workshop-version", id)
    messages.success(request, f"{restored} answers again, exactly as it did.")
    return redirect("pages:workshop-version", restored.pk)


def _found(id: uuid.UUID) -> ModelVersion:
    return get_object_or_404(ModelVersion.objects.for_showing(), pk=id)


def _gate(version: ModelVersion, live: ModelVersion | None) -> tuple[Comparison | None, str]:
    """What the gate says of it beside the live one, or why it cannot say anything."""
    if live is None:
        return None, ""
    try:
        return compared(version, live), ""
    except BadAnswers as error:
        return None, str(error)


def _report(request: HttpRequest, version: ModelVersion, live: ModelVersion | None) -> dict[str, Any]:
    try:
        return {"report": report(version, answers_of(version), live, account_behind(request))}
    except BadAnswers as error:
        return {"unmeasured": str(error)}
