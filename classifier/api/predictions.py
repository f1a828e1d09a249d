"""`/api/v1/predictions/`: ask what a picture shows, and look at the answers."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.actions.delete_prediction import delete_prediction
from classifier.actions.submit_image import submit_image
from classifier.api.authentication import caller
from classifier.api.conditional import IF_MATCH, Guarded
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Slug, Text
from classifier.api.history import PredictionFilter
from classifier.api.idempotency import IDEMPOTENCY_KEY, key_of
from classifier.api.limits import LIMITS, Limited
from classifier.api.lists import Listing
from classifier.api.parsers import StrictJSONParser
from classifier.models import Classifier, Image, Job, Prediction, Worker
from classifier.models.classifiers import AUTO
from classifier.models.waiting import wait_until_settled
from classifier.sources import base64, canvas, upload, url
from classifier.sources.submission import BadSubmission, Submission

NO_WORKER = {
    Job.ANSWERING: "No worker is running. The picture is kept and answered once one starts.",
    Job.FETCHING: "Pictures cannot be fetched from addresses right now. This one is fetched once that works again.",
}
LONGEST_WAIT_S = 30
PREFERRED_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?")
WAYS_IN = ("image", "image_base64", "image_url", "strokes")
WAIT = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0},
    description="Hold the answer back until the result is there, for this many seconds at most (0 to 30).",
)
IMAGE_URL = "http or https, on a public host. Fetched after the answer: until then the image measures 0 × 0 and has no file."
WHICH = (
    "A classifier's slug, or `auto`: what looks like a drawing goes to `doodle`, a photograph to `photo`. "
    "With `image_url` that is decided once the picture is here."
)
QUEUE_POSITION = "How many are answered before it: one of each person in turn. Null unless it waits with its picture."
HOUSE = {"strokes": [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]]}


class PredictionInput(Input):
    """Exactly one of `image_base64`, `image_url` and `strokes`."""

    classifier = Slug(default="doodle", help_text=WHICH)
    image_base64 = Text(required=False, help_text="The file's bytes; a `data:` prefix is allowed.")
    image_url = Text(required=False, help_text=IMAGE_URL)
    strokes = serializers.JSONField(required=False, help_text="[[[x, …], [y, …]], …], or with a third row of milliseconds.")


class PredictionUpload(Input):
    """A file: PNG, JPEG, GIF, WebP, BMP or AVIF, 10 MB and 40 megapixels at most."""

    classifier = Slug(default="doodle", help_text=WHICH)
    image = serializers.FileField(required=False, allow_empty_file=True)
    image_base64 = Text(required=False)
    image_url = Text(required=False, help_text=IMAGE_URL)
    strokes = Text(required=False, help_text="As JSON text.")


class GuessOutput(serializers.Serializer[Any]):
    most = 3
    label = serializers.CharField()  # type: ignore[assignment]
    probability = serializers.FloatField()


class ImageOutput(serializers.ModelSerializer[Image]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Image
        fields = ("id", "url", "width", "height", "source")

    def get_url(self, image: Image) -> str:
        return reverse("api:image-file", args=[image.pk])


class ProblemOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class PredictionOutput(serializers.ModelSerializer[Prediction]):
    classifier = serializers.SlugField(source="classifier.slug")
    model_version = serializers.UUIDField(source="model_version_id", allow_null=True)
    guesses = GuessOutput(many=True, source="ranked")
    image = ImageOutput()
    corrected_label = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    suggested_classifier = serializers.CharField(
        allow_null=True,
        help_text="`photo` where a photograph was sent to a classifier of drawings, `doodle` the other way round",
    )

    class Meta:
        model = Prediction
        fields = (
            "id", "status", "classifier", "model_version", "guesses", "unsure", "corrected_label", "image", "error", "created_at",
            "finished_at", "suggested_classifier",
        )  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="What people say it is instead, if they do."))
    def get_corrected_label(self, prediction: Prediction) -> str | None:
        return prediction.corrected_label

    @extend_schema_field(ProblemOutput(allow_null=True))
    def get_error(self, prediction: Prediction) -> dict[str, str] | None:
        if prediction.error_code:
            return {"code": prediction.error_code, "message": prediction.error_message}
        job = prediction.waits_for
        if job is None or job in self.context["attended"]:
            return None
        return {"code": "no_worker", "message": NO_WORKER[job]}


class PredictionDetailOutput(PredictionOutput):
    queue_position = serializers.SerializerMethodField()

    class Meta(PredictionOutput.Meta):
        fields = (*PredictionOutput.Meta.fields, "queue_position")  # type: ignore[assignment]

    @extend_schema_field(serializers.IntegerField(allow_null=True, min_value=0, help_text=QUEUE_POSITION))
    def get_queue_position(self, prediction: Prediction) -> int | None:
        return prediction.place_in_queue()


class PredictionList(Limited, Listing[Prediction]):
    """Your predictions, newest first."""

    scope = "predict"
    serializer_class = PredictionOutput
    parser_classes = (StrictJSONParser, MultiPartParser)
    filterset_class = PredictionFilter
    queryset = Prediction.objects.none()

    def get_queryset(self) -> Any:
        return Prediction.objects.visible_to(caller(self.request)).with_image().newest_first()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "attended": SimpleLazyObject(Worker.objects.jobs_attended)}

    @extend_schema(
        request={"application/json": PredictionInput, "multipart/form-data": PredictionUpload},
        parameters=[WAIT, IDEMPOTENCY_KEY, *LIMITS],
        responses={
            200: PredictionDetailOutput,
            202: OpenApiResponse(PredictionDetailOutput, "Queued: look again at `Location`."),
            **dict.fromkeys((400, 401, 403, 409, 413, 415, 429), ErrorAnswer),
        },
        examples=[OpenApiExample("a house in one stroke", HOUSE, request_only=True, media_type="application/json")],
    )
    def post(self, request: Request) -> Response:
        """Ask what a picture or a drawing shows."""
        seconds = seconds_to_wait(request)
        fields = _checked(request)
        prediction = submit_image(
            by=caller(request),
            classifier=choice_of(fields["classifier"]),
            submission=submission_of(fields),
            idempotency_key=key_of(request),
        )
        return answer(prediction.pk, caller(request), seconds)


class PredictionDetail(Guarded, generics.GenericAPIView[Prediction]):
    """One prediction."""

    scope = "predict"
    serializer_class = PredictionDetailOutput
    queryset = Prediction.objects.none()

    @extend_schema(parameters=[WAIT], responses={200: PredictionDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One prediction as it stands, or with `wait` as soon as it is answered."""
        seconds = seconds_to_wait(request)
        get_object_or_404(Prediction.objects.visible_to(caller(request)), pk=id)
        settled = answer(id, caller(request), seconds)
        settled.status_code = status.HTTP_200_OK
        return settled

    @extend_schema(parameters=[IF_MATCH], responses={204: None, 412: ErrorAnswer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete this answer; its image goes with the last one."""
        delete_prediction(by=caller(request), prediction=Prediction(pk=id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def answer(id: uuid.UUID, by: Any, seconds: float) -> Response:
    """200 with the result if it comes in time, 202 otherwise."""
    if seconds:
        wait_until_settled([id], seconds)
    prediction = get_object_or_404(Prediction.objects.visible_to(by).with_image(), pk=id)
    context = {"attended": Worker.objects.jobs_attended() if prediction.pending else set()}
    data = PredictionDetailOutput(prediction, context=context).data
    if not prediction.pending:
        return Response(data)
    headers = {"Location": reverse("api:prediction-detail", args=[id]), "Retry-After": "1"}
    return Response(data, status.HTTP_202_ACCEPTED, headers=headers)


def seconds_to_wait(request: Request) -> int:
    """From `?wait=` or `Prefer: wait=`, 30 at most."""
    asked = request.query_params.getlist("wait")
    given = asked[0] if asked else None
    if given is None:
        preferred = PREFERRED_WAIT.search(request.headers.get("Prefer", ""))
        given = preferred.group(1) if preferred else "0"
    if len(asked) > 1 or not (given.isascii() and given.isdigit() and len(given) <= 6):
        raise serializers.ValidationError({"wait": ["Give a whole number of seconds, 0 to 30."]})
    return min(int(given), LONGEST_WAIT_S)


def _checked(request: Request) -> dict[str, Any]:
    is_json = (request.content_type or "").startswith("application/json")
    return checked((PredictionInput if is_json else PredictionUpload)(data=request.data))


def checked(serializer: PredictionInput | PredictionUpload) -> dict[str, Any]:
    """The fields, with exactly one picture among them. Raises ValidationError and BadSubmission."""
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    given = [name for name in WAYS_IN if name in fields]
    if len(given) != 1:
        message = f"Send exactly one of {', '.join(WAYS_IN)}; this request has {', '.join(given) or 'none'}."
        raise BadSubmission("one_picture_needed", message)
    return fields


def submission_of(fields: dict[str, Any]) -> Submission:
    """Raises BadSubmission."""
    if "image" in fields:
        return upload.from_file(fields["image"])
    if "image_base64" in fields:
        return base64.from_text(fields["image_base64"])
    if "image_url" in fields:
        return url.from_address(fields["image_url"])
    drawn = fields["strokes"]
    return canvas.from_json(drawn) if isinstance(drawn, str) else canvas.from_strokes(drawn)


def choice_of(slug: str) -> Classifier | None:
    """None where the picture is to decide. Raises ValidationError."""
    return None if slug == AUTO else classifier_of(slug)


def classifier_of(slug: str) -> Classifier:
    """Raises ValidationError."""
    found = Classifier.objects.filter(slug=slug).first()
    if found is None:
        raise serializers.ValidationError({"classifier": [f"There is no classifier {slug!r}."]})
    return found
