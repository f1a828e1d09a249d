"""`/api/v1/images/…/heatmap/` and `…/explanation/`: why an answer is what it is, made by a worker when somebody asks."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, TypedDict

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.actions.explain_prediction import explain_prediction
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer, error_body
from classifier.api.images import Pictured
from classifier.api.negotiation import errors_as_json
from classifier.api.predictions import WAIT, ProblemOutput, seconds_to_wait
from classifier.models import Explanation, Image, Neighbour, Prediction, Status
from classifier.models.waiting import EXPLANATIONS, wait_until_settled
from classifier.serving import picture_response

REFUSALS = dict.fromkeys((400, 401, 404, 409, 429), ErrorAnswer)
RETRY_AFTER = OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, description="In seconds.", response=[202, 429])
OF_WHICH = [
    OpenApiParameter("prediction", OpenApiTypes.UUID, description="One of this image's. Without it: the last that was answered."),
    OpenApiParameter("label", str, description="One that the version knows which answered. Without it: the best guess."),
    WAIT,
    RETRY_AFTER,
]
ALIKE = "From -1 to 1: 1 is the same to the network."


class Shown(TypedDict):
    id: str
    url: str


class ShownOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()


class NeighbourOutput(serializers.Serializer[Neighbour]):
    label = serializers.CharField()  # type: ignore[assignment]
    alike = serializers.FloatField(help_text=ALIKE)
    source = serializers.SerializerMethodField()  # type: ignore[assignment]
    picture = serializers.CharField(allow_null=True, help_text="A `data:` address, where it came with the data set.")
    image = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(["dataset", "people"]))
    def get_source(self, neighbour: Neighbour) -> str:
        return "people" if neighbour.image else "dataset"

    @extend_schema_field(ShownOutput(allow_null=True, help_text="Somebody's picture, where you may see it."))
    def get_image(self, neighbour: Neighbour) -> Shown | None:
        if neighbour.image not in self.context["open"]:
            return None
        return {"id": str(neighbour.image), "url": reverse("api:image-file", args=[neighbour.image])}


class RivalOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    probability = serializers.FloatField()
    alike = serializers.FloatField(allow_null=True, help_text=f"Its nearest example. {ALIKE}")


class ExplanationOutput(serializers.ModelSerializer[Explanation]):
    prediction = serializers.UUIDField(source="prediction_id")
    sentence = serializers.SerializerMethodField()
    nearest = NeighbourOutput(many=True, source="neighbours")
    rival = serializers.SerializerMethodField()
    heatmap = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Explanation
        fields = ("prediction", "label", "status", "sentence", "nearest", "rival", "heatmap", "error")

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="What the numbers say; null until they are there."))
    def get_sentence(self, explanation: Explanation) -> str | None:
        return explanation.sentence if explanation.status == Status.SUCCEEDED else None

    @extend_schema_field(RivalOutput(allow_null=True, help_text="The best guess that is another label."))
    def get_rival(self, explanation: Explanation) -> dict[str, Any] | None:
        rival, nearest = explanation.rival, explanation.of_rival or {}
        return {"label": rival.label, "probability": rival.probability, "alike": nearest.get("alike")} if rival else None

    def get_heatmap(self, explanation: Explanation) -> str:
        query = urlencode({"prediction": str(explanation.prediction_id), "label": explanation.label})
        return f"{reverse('api:image-heatmap', args=[explanation.prediction.image_id])}?{query}"

    @extend_schema_field(ProblemOutput(allow_null=True))
    def get_error(self, explanation: Explanation) -> dict[str, str] | None:
        return {"code": "cannot_explain", "message": explanation.problem} if explanation.problem else None


class ImageHeatmap(Pictured):
    @extend_schema(
        parameters=OF_WHICH,
        responses={
            (200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY),
            202: OpenApiResponse(ExplanationOutput, "A worker makes it: look again."),
            **REFUSALS,
        },
    )
    def get(self, request: Request, id: uuid.UUID) -> HttpResponse:
        """Where in the picture the evidence for a label is: what the network saw, orange where it counts most."""
        explanation = _asked(request, id)
        errors_as_json(request)
        if explanation.pending:
            return _answer(request, explanation)
        if explanation.status == Status.FAILED:
            return Response(error_body("cannot_explain", explanation.problem), status.HTTP_409_CONFLICT)
        name = f"{id}-heatmap"
        response = picture_response(bytes(explanation.heatmap or b""), "image/png", name)
        if not {"prediction", "label"} <= request.query_params.keys():
            response["Cache-Control"] = "private, no-cache"  # another one may be asked next
        return response


class ImageExplanation(APIView):
    @extend_schema(
        parameters=OF_WHICH,
        responses={
            200: ExplanationOutput,
            202: OpenApiResponse(ExplanationOutput, "A worker makes it: look again."),
            **REFUSALS,
        },
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Which known pictures this one is like to the network: examples that it learnt from, and what people labelled here.

        Other people's pictures are a number and a label. What could not be made says so in `error`, and is tried once more for
        whoever asks after a minute.
        """
        return _answer(request, _asked(request, id))


def _answer(request: Request, explanation: Explanation) -> Response:
    ids = [one.image for one in explanation.neighbours if one.image]
    data = ExplanationOutput(explanation, context={"open": _open_among(request, ids)}).data
    if explanation.pending:
        return Response(data, status.HTTP_202_ACCEPTED, headers={"Retry-After": "1"})
    return Response(data)


def _open_among(request: Request, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    return set(policy.images_open_to(caller(request)).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def _asked(request: Request, id: uuid.UUID) -> Explanation:
    seconds = seconds_to_wait(request)
    image = get_object_or_404(policy.images_open_to(caller(request)).defer("pixels", "strokes"), pk=id)
    prediction = _prediction(image, request.query_params.get("prediction"))
    asked = explain_prediction(by=caller(request), prediction=prediction, label=request.query_params.get("label", ""))
    return _awaited(asked, seconds) if seconds and asked.pending else asked


def _awaited(asked: Explanation, seconds: int) -> Explanation:
    wait_until_settled([asked.pk], seconds, EXPLANATIONS)
    return get_object_or_404(Explanation.objects.for_showing(), pk=asked.pk)


def _prediction(image: Image, given: str | None) -> Prediction:
    """The image's own, or the last that was answered. Raises Http404, and ValidationError for what is no id."""
    if given is None:
        return get_object_or_404(image.predictions.answered().newest_first()[:1])
    field = serializers.UUIDField()
    try:
        wanted = field.run_validation(given)
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"prediction": error.detail}) from error
    return get_object_or_404(image.predictions, pk=wanted)
