"""`/`: draw or upload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from classifier.actions.submit_batch import submit_batch
from classifier.actions.submit_image import submit_image
from classifier.models import Classifier, ModelVersion, Person, Prediction
from classifier.models.batches import LONGEST_BATCH
from classifier.models.classifiers import AUTO, BUILT_IN, Kind
from classifier.pages.visitors import person_behind, remember
from classifier.policy import TooManyPictures
from classifier.serving import status_of_refusal
from classifier.sources import archive, canvas, upload, url
from classifier.sources.archive import Found
from classifier.sources.submission import BadSubmission, Submission

TOO_MANY = f"At most {LONGEST_BATCH} pictures can be sent at once. Send them in several goes."

NO_CLASSIFIER = "Nobody can answer here yet. Ask the people who run the site to register a classifier."


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    person = person_behind(request)
    try:
        answer = _take(request, person)
    except BadSubmission as error:
        return _page(request, str(error), status_of_refusal(error))
    except TooManyPictures as error:
        return _page(request, str(error), 429)
    except Classifier.DoesNotExist:
        return _page(request, NO_CLASSIFIER, 503)
    remember(request, person)
    return answer


def _page(request: HttpRequest, error: str | None = None, status: int = 200) -> HttpResponse:
    """The choice of a classifier is given where there is one, and stays made when a picture is refused."""
    versions = list(ModelVersion.objects.live())
    chosen = request.POST.get("classifier") or request.GET.get("classifier") or AUTO
    context = {"error": error, "versions": versions, "chosen": chosen, "drawn_for": _drawn_for(versions, chosen)}
    return render(request, "pages/draw.html", context, status=status)


def _drawn_for(versions: list[ModelVersion], chosen: str) -> ModelVersion | None:
    """What knows what is to be drawn, where that is somebody's own classifier; None for the built-in one."""
    own = [one for one in versions if one.classifier.slug not in BUILT_IN.values() and one.classifier.kind == Kind.DRAWING]
    return next((one for one in own if one.classifier.slug == chosen), None)


def _take(request: HttpRequest, person: Person) -> HttpResponse:
    """Raises BadSubmission and TooManyPictures."""
    files = request.FILES.getlist("image")
    chosen = _chosen(request.POST.get("classifier") or AUTO)
    if len(files) > 1 or (files and archive.is_archive(files[0])):
        return _take_many(files, person, chosen)
    return _take_one(_submission(request, files), person, chosen)


def _chosen(slug: str) -> Classifier | None:
    """None where the picture is to decide; the canvas sends none, so what is drawn there is a drawing. Raises BadSubmission."""
    if slug == AUTO:
        return None
    found = Classifier.objects.named(slug)
    if found is None:
        raise BadSubmission("unknown_classifier", "There is no such classifier. Choose one from the list.")
    return found


def _take_one(submission: Submission, person: Person, chosen: Classifier | None) -> HttpResponse:
    """What would get the same answer as before is not asked again: its page offers to."""
    classifier = chosen or (None if submission.url else Classifier.objects.by_look()[submission.looks_like])
    earlier = Prediction.objects.visible_to(person).standing_answers(submission.sha256).first()
    if earlier and earlier.classifier == classifier:
        return redirect(reverse("pages:result", args=[earlier.image_id]) + "?before")
    prediction = submit_image(by=person, classifier=classifier, submission=submission)
    return redirect("pages:result", prediction.image_id)


def _take_many(files: list[UploadedFile[bytes]], person: Person, chosen: Classifier | None) -> HttpResponse:
    found = list(islice(_each(files), LONGEST_BATCH + 1))
    if len(found) > LONGEST_BATCH:
        raise BadSubmission("batch_size", TOO_MANY)
    if len(found) == 1 and isinstance(found[0][1], BadSubmission):
        raise found[0][1]
    return redirect("pages:batch", submit_batch(by=person, classifier=chosen, files=found).pk)


def _each(files: Iterable[UploadedFile[bytes]]) -> Iterator[Found]:
    """Every picture with its name; archives are opened, and refused as a whole or not at all."""
    for file in files:
        name = file.name or ""
        try:
            yield from list(archive.from_archive(file)) if archive.is_archive(file) else [(name, upload.from_file(file))]
        except BadSubmission as refusal:
            yield name, refusal.bare()


def _submission(request: HttpRequest, files: list[UploadedFile[bytes]]) -> Submission:
    if files:
        return upload.from_file(files[0])
    if strokes := request.POST.get("strokes"):
        return canvas.from_json(strokes)
    if address := request.POST.get("image_url", "").strip():
        return url.from_address(address)
    raise BadSubmission("one_picture_needed", "Draw something, choose a file, or give an address first.")
