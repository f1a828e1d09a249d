"""`/api/v1/images/`: what was submitted, and what the network saw of it."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.delete_image import delete_image
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.predictions import ImageOutput
from classifier.models import Image
from classifier.serving import bitmap_response, picture_response

PICTURE = {(200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY), 401: ErrorAnswer, 404: ErrorAnswer}


class ImageDetail(APIView):
    scope = "predict"

    @extend_schema(responses={200: ImageOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One of your images."""
        return Response(ImageOutput(_own(request, id)).data)

    @extend_schema(responses={204: None, 401: ErrorAnswer, 404: ErrorAnswer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Delete an image with all its predictions."""
        delete_image(by=caller(request), image=Image(pk=id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ImageFile(APIView):
    @extend_schema(responses=PICTURE)
    def get(self, request: Request, id: uuid.UUID) -> HttpResponse:
        """The picture as it is kept; strokes come drawn, as a PNG."""
        image = _arrived(request, id)
        return picture_response(image.picture, image.content_type, str(image.pk))


class ImageSeen(APIView):
    @extend_schema(responses=PICTURE)
    def get(self, request: Request, id: uuid.UUID) -> HttpResponse:
        """What the network saw of it."""
        image = _arrived(request, id)
        return bitmap_response(image.network_input(), f"{image.pk}-seen")


def _own(request: Request, id: uuid.UUID) -> Image:
    return get_object_or_404(Image.objects.visible_to(caller(request)), pk=id)


def _arrived(request: Request, id: uuid.UUID) -> Image:
    return get_object_or_404(Image.objects.visible_to(caller(request)).with_picture(), pk=id)
