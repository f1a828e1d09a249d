"""`/api/v1/images/<id>/known/`: what reviewers may be tried with."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.actions.mark_known import mark_known
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Flag, Input, Slug
from classifier.models import Sample


class KnownInput(Input):
    classifier = Slug()
    known = Flag(help_text="Whether what it shows is certain.")


class KnownOutput(serializers.Serializer[Sample]):
    image = serializers.UUIDField(source="image_id")
    classifier = serializers.CharField(source="classifier.slug")
    label = serializers.CharField(source="label.name", allow_null=True, default=None)  # type: ignore[assignment]
    known = serializers.BooleanField()


class ImageKnown(APIView):
    scope = "train"

    @extend_schema(request=KnownInput, responses={200: KnownOutput, **dict.fromkeys((400, 401, 403, 404, 409), ErrorAnswer)})
    def put(self, request: Request, id: uuid.UUID) -> Response:
        """For maintainers: say that the label of an image is certain, so that reviewers are tried with it, or no longer."""
        policy.require_maintainer(caller(request))
        serializer = KnownInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data
        sample = get_object_or_404(Sample, image=id, classifier__slug=wanted["classifier"])
        return Response(KnownOutput(mark_known(by=caller(request), sample=sample, known=wanted["known"])).data)
