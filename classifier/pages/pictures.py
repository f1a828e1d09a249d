"""`/workshop/…/pictures/`: showing a classifier what is what, by drawing or by uploading pictures of one label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier import policy
from classifier.actions.add_sample import LabelledOtherwise, UnknownLabel, add_sample
from classifier.models import Classifier, ModelVersion, Sample
from classifier.models.batches import LONGEST_BATCH
from classifier.pages.visitors import account_behind
from classifier.pages.workshop import maintainers_only, what_it_learns_from
from classifier.sources import canvas, upload
from classifier.sources.submission import BadSubmission

SHOWN_PICTURES, SHOWN_REFUSALS = 24, 5
TOO_MANY = f"At most {LONGEST_BATCH} pictures can be sent at once. Send them in several goes."
NOTHING = "Draw something, or choose a file, first."

Given = UploadedFile[bytes] | str


@maintainers_only
@require_safe
@never_cache
def pictures(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Classifier, slug=slug)
    learnt = what_it_learns_from(found)
    chosen = _chosen(request.GET.get("label", ""), learnt["labels"])
    mine = policy.images_open_to(account_behind(request))
    held = Sample.objects.to_train_on(found).filter(label__name=chosen, image__in=mine)
    context = {
        **learnt,
        "classifier": found,
        "chosen": chosen,
        "samples": held.for_showing().order_by("-id")[:SHOWN_PICTURES],
        "live": ModelVersion.objects.live_for(found),
        "most": LONGEST_BATCH,
    }
    return render(request, "pages/workshop_pictures.html", context)


@maintainers_only
@require_POST
def add_pictures(request: HttpRequest) -> HttpResponse:
    """Takes what it can, and says of each of the others why not."""
    slug, label = (request.POST.get(name, "").replace("\0", "") for name in ("classifier", "label"))
    found = get_object_or_404(Classifier, slug=slug)
    try:
        given = list(_given(request))
        _report(request, label, len(given), [problem for one in given if (problem := _add(request, found, label, *one))])
    except BadSubmission as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('pages:workshop-pictures', args=[found.slug])}?{urlencode({'label': label})}")


def _given(request: HttpRequest) -> Iterator[tuple[str, Given]]:
    """Each picture with its name. Raises BadSubmission where there are none, or too many."""
    files, strokes = request.FILES.getlist("image"), request.POST.get("strokes")
    if len(files) > LONGEST_BATCH:
        raise BadSubmission("batch_size", TOO_MANY)
    if not files and not strokes:
        raise BadSubmission("one_picture_needed", NOTHING)
    yield from ((file.name or "", file) for file in files)
    if strokes:
        yield "The drawing", strokes


def _add(request: HttpRequest, found: Classifier, label: str, name: str, given: Given) -> str:
    """What is wrong with this picture, or nothing."""
    try:
        submission = canvas.from_json(given) if isinstance(given, str) else upload.from_file(given)
        add_sample(by=account_behind(request), classifier=found, submission=submission, label=label)
    except (BadSubmission, LabelledOtherwise, UnknownLabel, policy.NotAllowed) as error:
        return f"{name}: {error}"
    return ""


def _report(request: HttpRequest, label: str, sent: int, problems: list[str]) -> None:
    if taken := sent - len(problems):
        messages.success(request, f"{taken} picture{'s' if taken > 1 else ''} of {label} taken.")
    for problem in problems[:SHOWN_REFUSALS]:
        messages.error(request, problem)
    if more := len(problems[SHOWN_REFUSALS:]):
        messages.error(request, f"And {more} more could not be taken.")


def _chosen(wanted: str, labels: Iterable[tuple[str, int]]) -> str:
    """The wanted one, or else the first that has the fewest."""
    held = dict(labels)
    return wanted if wanted in held else min(held, key=held.__getitem__, default="")
