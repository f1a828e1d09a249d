"""`/workshop/`: for maintainers, what can be asked about, what answers, and what it is learnt from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier import policy
from classifier.actions.change_classifier import BadReviewing, change_classifier
from classifier.actions.create_classifier import LONGEST_SLUG, BadClassifier, create_classifier
from classifier.actions.request_training import BadRecipe, CannotTrain, request_training
from classifier.models import Classifier, ModelVersion, Promotion, Sample, TrainingRun
from classifier.models.classifiers import AUTO, LONGEST_LABEL, MOST_KNOWN, MOST_OPINIONS, Kind
from classifier.models.training import BASES, FEWEST_PICTURES, training_base, with_too_few
from classifier.models.versions import Stage
from classifier.pages.visitors import account_behind, only_where

PAGE, LATEST = 24, 20
FEW_LABELS = 40

maintainers_only = only_where(policy.require_maintainer)


@maintainers_only
@require_safe
@never_cache
def workshop(request: HttpRequest) -> HttpResponse:
    candidates = Count("versions", filter=Q(versions__stage=Stage.CANDIDATE))
    named = Classifier.objects.annotate(candidates=candidates).order_by("slug")
    classifiers = named.prefetch_related(
        Prefetch("versions", ModelVersion.objects.live(), "answering"),
        Prefetch("training_runs", TrainingRun.objects.active(), "under_way"),
    )
    page = Paginator(classifiers, PAGE).get_page(request.GET.get("page"))
    return render(request, "pages/workshop.html", {"page": page})


@maintainers_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """A form for a new classifier; its slug is made from its title."""
    if request.method != "POST":
        return _form(request)
    title, kind = (request.POST.get(name, "").replace("\0", "") for name in ("title", "kind"))
    labels = [line for line in request.POST.get("labels", "").replace("\0", "").splitlines() if line.strip()]
    try:
        made = create_classifier(by=account_behind(request), slug=_free_slug(title), title=title, kind=kind, labels=labels)
    except BadClassifier as error:
        return _form(request, error)
    messages.success(request, f"{made.title} is there. Now show it what is what: at least {FEWEST_PICTURES} pictures of each.")
    return redirect("pages:workshop-pictures", made.slug)


def _form(request: HttpRequest, error: BadClassifier | None = None) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("title", "kind", "labels")}
    context = {"given": given, "problem": error, "kinds": Kind}
    return render(request, "pages/workshop_new.html", context, status=400 if error else 200)


def _free_slug(title: str) -> str:
    """The title in small letters, with a number where that is taken."""
    stem = slugify(title)[: LONGEST_SLUG - 5].strip("-_") or "classifier"
    taken = {AUTO, *Classifier.objects.filter(slug__startswith=stem).values_list("slug", flat=True)}
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


@maintainers_only
@require_safe
@never_cache
def classifier(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, what answers, what was and is trained, and who let it answer."""
    found = get_object_or_404(Classifier, slug=slug)
    runs = found.training_runs.for_showing()
    context = {
        "classifier": found,
        "most_opinions": range(1, MOST_OPINIONS + 1),
        "most_known": MOST_KNOWN,
        "live": ModelVersion.objects.live_for(found),
        "versions": found.versions.for_showing()[:LATEST],
        "active": runs.active().first(),
        "runs": runs[:LATEST],
        "promotions": Promotion.objects.of(found).for_showing()[:LATEST],
        "waiting": ModelVersion.objects.waiting_labels(found),
        "changes": found.label_changes.for_showing()[:LATEST],
        "longest": LONGEST_LABEL,
        **what_it_learns_from(found),
    }
    return render(request, "pages/workshop_classifier.html", context)


@maintainers_only
@require_POST
def train(request: HttpRequest, slug: str) -> HttpResponse:
    """Starts a run, or leads to the one that is under way."""
    found = get_object_or_404(Classifier, slug=slug)
    try:
        run, is_new = request_training(
            by=account_behind(request), classifier=found, from_nothing=request.POST.get("start") == "nothing"
        )
    except (CannotTrain, BadRecipe) as error:
        messages.error(request, str(error))
        return redirect("pages:workshop-classifier", slug)
    if not is_new:
        messages.info(request, "This run is under way already. One is trained at a time.")
    return redirect("pages:workshop-run", run.pk)


@maintainers_only
@require_POST
def reviewing(request: HttpRequest, slug: str) -> HttpResponse:
    """How its pictures are reviewed."""
    found = get_object_or_404(Classifier, slug=slug)
    try:
        opinions, known_share = (int(request.POST.get(name, "")) for name in ("opinions", "known_share"))
        change_classifier(by=account_behind(request), classifier=found, opinions=opinions, known_share=known_share)
    except BadReviewing as error:
        messages.error(request, str(error))
    except ValueError:
        messages.error(request, "Give both as whole numbers.")
    else:
        messages.success(request, "Saved.")
    return redirect("pages:workshop-classifier", slug)


def what_it_learns_from(found: Classifier) -> dict[str, Any]:
    """Its labels with how many pictures people stand by, and whether those are enough to be trained on."""
    samples = Sample.objects.to_train_on(found)
    counts = samples.counted()
    labels = [(name, counts[name]) for name in found.labels.values_list("name", flat=True)]
    base = training_base(found)
    return {
        "labels": labels,
        "many_labels": len(labels) > FEW_LABELS,
        "pictures": sum(counts.values()),
        "doubted": samples.doubted().count(),
        "wanting": [(name, FEWEST_PICTURES - held) for name, held in with_too_few(labels, base)],
        "base": base,
        "lacks_base": base is None and found.slug in BASES,
        "fewest": FEWEST_PICTURES,
    }
