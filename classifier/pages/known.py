"""`/review/<id>/known/`: for maintainers, what reviewers may be tried with."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from classifier.actions.mark_known import NotDecided, mark_known
from classifier.models import Sample
from classifier.pages.reviewing import maintainers_only, query_of, selection_of
from classifier.pages.visitors import account_behind


@maintainers_only
@require_POST
def known(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    sample = get_object_or_404(Sample, pk=id)
    try:
        mark_known(by=account_behind(request), sample=sample, known="known" in request.POST)
    except NotDecided as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('pages:review-sample', args=[id])}?{query_of(selection_of(request.GET))}")
