"""`/api/v1/images/`: what was submitted, and what the network saw of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.actions.delete_image import delete_image
from classifier.api.authentication import caller
from classifier.api.conditional import IF_MATCH, Guarded, known, not_modified
from classifier.api.errors import ErrorAnswer
from classifier.api.negotiation import AsPicture, errors_as_json
from classifier.api.predictions import ImageOutput
from classifier.api.reviews import SampleOutput
from classifier.models import Image
from classifier.serving import SAFE, picture_response, seen_response

PICTURE = {(200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY), 401: ErrorAnswer, 404: ErrorAnswer}

SEEN_BY = OpenApiParameter("classifier", str, description="A classifier's slug. Without it: the one that was asked last.")


class ImageDetailOutput(ImageOutput):
    samples = serializers.SerializerMethodField()

    class Meta(ImageOutput.Meta):
        fields = (*ImageOutput.Meta.fields, "samples")  # type: ignore[assignment]

    @extend_schema_field(SampleOutput(many=True))
    def get_samples(self, image: Image) -> Any:
        return SampleOutput(image.samples.for_showing(), many=True).data


class ImageDetail(Guarded):
    scope = "predict"

    @extend_schema(responses={200: ImageDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One of your images, with what holds of it in each classifier; for a reviewer, any that is to be judged."""
        return Response(ImageDetailOutput(_open(request, id)).data)

    @extend_schema(parameters=[IF_MATCH], responses={204: None, 412: ErrorAnswer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete an image with all its predictions."""
        delete_image(by=caller(request), image=Image(pk=id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Pictured(APIView):
    """A view that answers with a picture, and where it cannot in JSON."""

    renderer_classes = (JSONRenderer, AsPicture)

    def handle_exception(self, exc: Exception) -> Response:
        errors_as_json(self.request)
        return super().handle_exception(exc)


class ImageFile(Pictured):
    @extend_schema(responses=PICTURE)
    def get(self, request: Request, id: uuid.UUID) -> HttpResponse:
        """The picture as it is kept; strokes come drawn, as a PNG."""
        tag = f'"{id}"'  # a picture never changes
        if known(request, tag) and policy.images_open_to(caller(request)).with_picture().filter(pk=id).exists():
            return not_modified(HttpResponse(headers={"ETag": tag, **SAFE}))
        image = _arrived(request, id)
        answer = picture_response(image.picture, image.content_type, str(image.pk))
        answer["ETag"] = tag
        return answer


class ImageSeen(Pictured):
    @extend_schema(parameters=[SEEN_BY], responses=PICTURE)
    def get(self, request: Request, id: uuid.UUID) -> HttpResponse:
        """What the network saw of it: a drawing's ink, 28 by 28, or a photo in colours, 32 by 32."""
        return seen_response(_arrived(request, id), request.query_params.get("classifier"))


def _open(request: Request, id: uuid.UUID) -> Image:
    return get_object_or_404(policy.images_open_to(caller(request)), pk=id)


def _arrived(request: Request, id: uuid.UUID) -> Image:
    return get_object_or_404(policy.images_open_to(caller(request)).with_picture(), pk=id)
