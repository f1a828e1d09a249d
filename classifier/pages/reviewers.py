"""`/review/reviewers/`: for maintainers, what each reviewer has done and how far others agree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.models.reviewers import LOOKED_AT, figures
from classifier.pages.reviewing import maintainers_only


@maintainers_only
@require_safe
@never_cache
def reviewers(request: HttpRequest) -> HttpResponse:
    found = figures()
    context = {
        "reviewers": found,
        "have_opinions": any(one.opinions for one in found),
        "were_tried": any(one.answers for one in found),
        "looked_at": LOOKED_AT,
    }
    return render(request, "pages/reviewers.html", context)
