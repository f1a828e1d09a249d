"""`/`: draw or upload."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from classifier.actions.submit_batch import submit_batch
from classifier.actions.submit_image import submit_image
from classifier.models import Classifier, Person, Prediction
from classifier.models.batches import LONGEST_BATCH
from classifier.pages.visitors import person_behind, remember
from classifier.policy import TooManyPictures
from classifier.serving import status_of_refusal
from classifier.sources import archive, canvas, upload, url
from classifier.sources.archive import Found
from classifier.sources.submission import BadSubmission, Submission

TOO_MANY = f"At most {LONGEST_BATCH} pictures can be sent at once. Send them in several goes."


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "pages/draw.html", {"error": None})
    person = person_behind(request)
    try:
        answer = _take(request, person)
    except BadSubmission as error:
        return render(request, "pages/draw.html", {"error": str(error)}, status=status_of_refusal(error))
    except TooManyPictures as error:
        return render(request, "pages/draw.html", {"error": str(error)}, status=429)
    remember(request, person)
    return answer


def _take(request: HttpRequest, person: Person) -> HttpResponse:
    """Raises BadSubmission and TooManyPictures."""
    files = request.FILES.getlist("image")
    if len(files) > 1 or (files and archive.is_archive(files[0])):
        return _take_many(files, person)
    return _take_one(_submission(request, files), person)


def _take_one(submission: Submission, person: Person) -> HttpResponse:
    """What would get the same answer as before is not asked again: its page offers to."""
    earlier = Prediction.objects.visible_to(person).standing_answers(submission.sha256).first()
    if earlier:
        return redirect(reverse("pages:result", args=[earlier.image_id]) + "?before")
    prediction = submit_image(by=person, classifier=_doodle(), submission=submission)
    return redirect("pages:result", prediction.image_id)


def _take_many(files: list[UploadedFile[bytes]], person: Person) -> HttpResponse:
    found = list(islice(_each(files), LONGEST_BATCH + 1))
    if len(found) > LONGEST_BATCH:
        raise BadSubmission("batch_size", TOO_MANY)
    if len(found) == 1 and isinstance(found[0][1], BadSubmission):
        raise found[0][1]
    return redirect("pages:batch", submit_batch(by=person, classifier=_doodle(), files=found).pk)


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
    raise BadSubmission("one_picture_needed", "Draw something, or choose a file first.")


def _doodle() -> Classifier:
    return get_object_or_404(Classifier, slug="doodle")
