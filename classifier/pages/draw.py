"""`/`: draw or upload."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from classifier.actions.submit_image import submit_image
from classifier.models import Classifier
from classifier.pages.visitors import person_behind, remember
from classifier.policy import TooManyPictures
from classifier.serving import status_of_refusal
from classifier.sources import canvas, upload
from classifier.sources.submission import BadSubmission, Submission


@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "pages/draw.html", {"error": None})
    person = person_behind(request)
    try:
        submission = _submission(request)
        prediction = submit_image(by=person, classifier=get_object_or_404(Classifier, slug="doodle"), submission=submission)
    except BadSubmission as error:
        return render(request, "pages/draw.html", {"error": str(error)}, status=status_of_refusal(error))
    except TooManyPictures as error:
        return render(request, "pages/draw.html", {"error": str(error)}, status=429)
    remember(request, person)
    return redirect("pages:result", prediction.image_id)


def _submission(request: HttpRequest) -> Submission:
    if file := request.FILES.get("image"):
        return upload.from_file(file)
    if strokes := request.POST.get("strokes"):
        return canvas.from_json(strokes)
    raise BadSubmission("one_picture_needed", "Draw something, or choose a file first.")
