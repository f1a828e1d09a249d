"""`/recognize`: the contract of the app that this site grew out of."""

from __future__ import annotations

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.delete_image import delete_image
from classifier.actions.submit_image import submit_image
from classifier.api.errors import ErrorAnswer, error_body
from classifier.api.fields import Text
from classifier.models import Classifier, Prediction, Visitor
from classifier.models.predictions import Status
from classifier.models.waiting import wait_until_settled
from classifier.sources import base64

WAIT_S = 20


class RecognizeInput(serializers.Serializer[Any]):
    image = Text(help_text="A picture as base64.")


class RecognizeOutput(serializers.Serializer[Any]):
    prediction = serializers.CharField()
    status = serializers.BooleanField()


class Recognize(APIView):
    """Asks nobody who they are and keeps nothing."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        request=RecognizeInput, auth=[],
        responses={200: RecognizeOutput, **dict.fromkeys((400, 413, 415, 429, 503), ErrorAnswer)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The best guess for a picture of a drawing."""
        serializer = RecognizeInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        visitor = Visitor(uuid.uuid4(), request.META.get("REMOTE_ADDR", ""))
        classifier = get_object_or_404(Classifier, slug="doodle")
        submission = base64.from_text(serializer.validated_data["image"])
        asked = submit_image(by=visitor, classifier=classifier, submission=submission)
        wait_until_settled([asked.pk], WAIT_S)
        prediction = Prediction.objects.get(pk=asked.pk)
        delete_image(by=visitor, image=asked.image)
        return _answer(prediction)


def _answer(prediction: Prediction) -> Response:
    if prediction.status == Status.SUCCEEDED:
        return Response({"prediction": prediction.label, "status": True})
    code = prediction.error_code or "no_worker"
    message = prediction.error_message or "Nobody could answer in time. Try again later."
    body = {**error_body(code, message), "status": False}
    return Response(body, status.HTTP_503_SERVICE_UNAVAILABLE, headers={"Retry-After": "5"})
