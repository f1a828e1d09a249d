"""`/workshop/classifiers/…/labels/`: adding, renaming and merging the labels of a classifier."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classifier.actions.add_label import add_label
from classifier.actions.merge_labels import labels_to_merge, merge_labels
from classifier.actions.rename_label import rename_label
from classifier.models import Classifier, Label, LabelChange, Sample
from classifier.models.labels import BadLabel
from classifier.pages.visitors import account_behind
from classifier.pages.workshop import maintainers_only

ADDED = "{0.new} is there. Give it pictures: it is answered from the next version on."
RENAMED = "{0.old} is called {0.new} from now on, by every version."
MERGED = "{0.old} is part of {0.new} from now on."


@maintainers_only
@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    found, name = get_object_or_404(Classifier, slug=slug), _given(request, "name")
    return _done(request, found, ADDED, lambda: add_label(by=account_behind(request), classifier=found, name=name))


@maintainers_only
@require_POST
def rename(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Classifier, slug=slug)
    label, name = (_given(request, field) for field in ("label", "name"))
    return _done(request, found, RENAMED, lambda: rename_label(by=account_behind(request), classifier=found, name=label, to=name))


@maintainers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def merge(request: HttpRequest, slug: str) -> HttpResponse:
    """First the page that says what it means, and asks."""
    found = get_object_or_404(Classifier, slug=slug)
    label, into = (_given(request, field) for field in ("label", "into"))
    if request.method == "POST":
        by = account_behind(request)
        return _done(request, found, MERGED, lambda: merge_labels(by=by, classifier=found, name=label, into=into))
    try:
        one, other = labels_to_merge(found, label, into)
    except (BadLabel, Label.DoesNotExist) as error:
        return _refused(request, found, error)
    samples = Sample.objects.filter(classifier=found).with_label(label).count()
    return render(request, "pages/workshop_merge.html", {"classifier": found, "label": one, "into": other, "samples": samples})


def _given(request: HttpRequest, field: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(field, "").replace("\0", "").strip()


def _done(request: HttpRequest, found: Classifier, said: str, change: Callable[[], LabelChange]) -> HttpResponse:
    try:
        messages.success(request, said.format(change()))
    except (BadLabel, Label.DoesNotExist) as error:
        return _refused(request, found, error)
    return _back(found)


def _refused(request: HttpRequest, found: Classifier, error: BadLabel | Label.DoesNotExist) -> HttpResponse:
    """Where there is no such label, with what it may be called now."""
    messages.error(request, str(error) if isinstance(error, BadLabel) else found.has_no(_given(request, "label")))
    return _back(found)


def _back(found: Classifier) -> HttpResponse:
    return redirect(reverse("pages:workshop-classifier", args=[found.slug]) + "#labels")
