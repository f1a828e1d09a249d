"""`/review/health/`: how sound a classifier's labelled pictures are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.models import Classifier
from classifier.models.classifiers import BUILT_IN, Kind
from classifier.models.dataset_health import health_of
from classifier.pages.reviewing import reviewers_only


@reviewers_only
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    slug = request.GET.get("classifier", BUILT_IN[Kind.DRAWING]).replace("\0", "")
    chosen = get_object_or_404(Classifier, slug=slug)
    context = {"classifier": chosen, "classifiers": Classifier.objects.order_by("slug"), "health": health_of(chosen)}
    return render(request, "pages/dataset_health.html", context)
