"""`/api/v1/model-versions/<id>/shadow/` and `…/unshadow/`: what a candidate would have answered, unseen by those who asked."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.actions.shadow_version import shadow_version, unshadow_version
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.predictions import ImageOutput
from classifier.api.versions import found
from classifier.models import ModelVersion, ShadowAnswer
from classifier.models.shadows import ShadowReport

SINCE = "Since when it is asked what the live version is asked; null where it is not."


class ShadowPairOutput(serializers.Serializer[Any]):
    """So many pictures were answered with `live`, and by the candidate with `shadow`."""

    live = serializers.CharField()
    shadow = serializers.CharField()
    pictures = serializers.IntegerField()


class ShadowSpeedOutput(serializers.Serializer[Any]):
    """Median milliseconds of a call with the same pictures; `times` is how much longer the candidate takes."""

    live_ms = serializers.FloatField()
    shadow_ms = serializers.FloatField()
    times = serializers.FloatField()


class ShadowPictureOutput(serializers.Serializer[ShadowAnswer]):
    image = ImageOutput(source="prediction.image")
    live = serializers.CharField(source="prediction.label")
    shadow = serializers.CharField(source="label")
    probability = serializers.FloatField(help_text="What the candidate gives its answer.")


class ShadowOutput(serializers.Serializer[Any]):
    version = serializers.UUIDField()
    shadows_since = serializers.DateTimeField(allow_null=True, help_text=SINCE)
    asked = serializers.IntegerField(help_text="About how many pictures it was asked.")
    differing = serializers.IntegerField(help_text="How many of its answers are other than the live version's.")
    pairs = ShadowPairOutput(many=True, help_text="Which, the most frequent first, 30 at most.")
    speed = ShadowSpeedOutput(allow_null=True)
    pictures = ShadowPictureOutput(many=True, help_text="The latest 24 that differ among those that you may see.")


class VersionShadow(APIView):
    scope = "train"

    @extend_schema(responses={200: ShadowOutput, **dict.fromkeys((401, 403, 404), ErrorAnswer)})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """For maintainers: where a candidate's answers, which nobody sees, are other than those that people got."""
        version = found(id)
        policy.require_trainer(caller(request), version.classifier)
        return shown(request, version)

    @extend_schema(request=None, responses={200: ShadowOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """For maintainers: let a candidate answer, unseen, what people ask from now on, after they have their answers.

        One of a classifier can, until it or another is promoted. Where many ask, it answers some. 409, code `cannot_shadow`,
        for what is no candidate, beside another, and where nothing is live.
        """
        return shown(request, shadow_version(by=caller(request), version=ModelVersion(pk=id)))


class VersionUnshadow(APIView):
    scope = "train"

    @extend_schema(request=None, responses={200: ShadowOutput, **dict.fromkeys((401, 403, 404), ErrorAnswer)})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """For maintainers: ask a candidate no more. What it answered stays to be looked at."""
        return shown(request, unshadow_version(by=caller(request), version=ModelVersion(pk=id)))


def shown(request: Request, version: ModelVersion) -> Response:
    report = ShadowReport.of(version, policy.images_open_to(caller(request)))
    about = {"version": version.pk, "shadows_since": version.shadows_since}
    fields = ("asked", "differing", "pairs", "speed", "pictures")
    return Response(ShadowOutput({**about, **{name: getattr(report, name) for name in fields}}).data)
