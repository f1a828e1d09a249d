"""`/review/import/`: for maintainers, a labelled set in one file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classifier.actions.import_samples import ImportRefused, import_samples
from classifier.models import Classifier
from classifier.pages.reviewing import maintainers_only
from classifier.pages.visitors import account_behind
from classifier.policy import TooManyPictures
from classifier.sources.labelled import MOST, from_set
from classifier.sources.submission import BadSubmission

SHOWN = 100
NO_FILE = "Choose a file, and the classifier that its labels are of."


@maintainers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_set(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    file, classifier = request.FILES.get("file"), Classifier.objects.named(request.POST.get("classifier", ""))
    if file is None or classifier is None:
        return _page(request, problem=NO_FILE, status=400)
    by, keep_good = account_behind(request), "keep_good" in request.POST
    try:
        pictures = from_set(file, request.POST.get("label", "").strip())
        imported = import_samples(by=by, classifier=classifier, pictures=pictures, keep_good=keep_good)
    except ImportRefused as error:
        return _page(request, problem=str(error), refused=error.refused, status=400)
    except BadSubmission as error:
        return _page(request, problem=str(error), status=400)
    except TooManyPictures as error:
        return _page(request, problem=str(error), status=429)
    return _page(request, imported=imported, classifier=classifier, refused=imported.refused, status=201)


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    refused = context.pop("refused", ())
    shown = {"refused": refused[:SHOWN], "more": max(0, len(refused) - SHOWN)}
    known = {"classifiers": Classifier.objects.all(), "chosen": request.POST.get("classifier", ""), "most": MOST}
    return render(request, "pages/review_import.html", {**known, **shown, **context}, status=status)
