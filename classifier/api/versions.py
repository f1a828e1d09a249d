"""`/api/v1/model-versions/`: what answers, what waits to, how good it is, and which of them it shall be."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import Any, ClassVar

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.promote_version import LONGEST_NOTE, promote_version
from classifier.actions.roll_back import roll_back
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.lists import Filters, Listing
from classifier.models import ModelVersion
from classifier.models.measurements import answers_of, compared, compared_by_class
from classifier.models.versions import Stage

NOTE = "Why it should answer although it did not pass the gate. Kept."
DAMAGE = "Why a worker could not load it, empty where none has complained."


class VersionOutput(serializers.ModelSerializer[ModelVersion]):
    name = serializers.CharField(source="__str__", help_text="The classifier and the number.")
    classifier = serializers.SlugField(source="classifier.slug")
    stage = serializers.CharField(help_text="candidate, live or retired")
    title = serializers.CharField(source="card.title")
    training_run = serializers.SerializerMethodField()
    damage = serializers.CharField(help_text=DAMAGE)

    class Meta:
        model = ModelVersion
        fields = (
            "id", "name", "classifier", "number", "stage", "title", "bundled", "training_run", "damage", "created_at",
            "promoted_at",
        )  # fmt: skip

    @extend_schema_field(serializers.UUIDField(allow_null=True, help_text="Null where it came with the project."))
    def get_training_run(self, version: ModelVersion) -> uuid.UUID | None:
        run = getattr(version, "training_run", None)
        return run.pk if run else None


class VersionDetailOutput(VersionOutput):
    card = serializers.DictField(help_text="Its labels, recipe, data, figures, calibration and limits.")

    class Meta(VersionOutput.Meta):
        fields = (*VersionOutput.Meta.fields, "card")  # type: ignore[assignment]


class PromotionInput(Input):
    note = Text(required=False, default="", allow_blank=True, max_length=LONGEST_NOTE, help_text=NOTE)


class EstimateOutput(serializers.Serializer[Any]):
    """A share, or the difference of two, with its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ClassComparisonOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    pictures = serializers.IntegerField()
    before = EstimateOutput(allow_null=True)
    after = EstimateOutput()
    difference = EstimateOutput(allow_null=True)


class ComparisonOutput(serializers.Serializer[Any]):
    """`before` is the live version, `after` this one, on the same test pictures."""

    live = serializers.UUIDField(help_text="The version that it was compared with.")
    passed = serializers.BooleanField(help_text="Whether it may be promoted without a note.")
    verdict = serializers.CharField(help_text="better, not worse, worse or cannot tell")
    reason = serializers.CharField()
    calibrated = serializers.BooleanField()
    pictures = serializers.IntegerField()
    before = EstimateOutput()
    after = EstimateOutput()
    difference = EstimateOutput()
    ece_before = serializers.FloatField()
    ece_after = serializers.FloatField()
    ece_difference = EstimateOutput()
    classes = ClassComparisonOutput(many=True)


class ConfusionOutput(serializers.Serializer[Any]):
    labels = serializers.ListField(child=serializers.CharField())
    pictures = serializers.IntegerField()
    matrix = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Test pictures by their label (row) and the answer (column), both in the order of `labels`.",
    )


class VersionFilter(Filters):
    classifier = django_filters.CharFilter(field_name="classifier__slug")
    stage = django_filters.ChoiceFilter(choices=Stage.choices)

    class Meta:
        model = ModelVersion
        fields: ClassVar[list[str]] = []


class VersionList(Listing[ModelVersion]):
    """The trained networks, newest first. Each answer names the one that gave it."""

    serializer_class = VersionOutput
    filterset_class = VersionFilter
    queryset = ModelVersion.objects.for_showing()


class VersionDetail(APIView):
    @extend_schema(responses={200: VersionDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One version with its card."""
        return shown(id)


class VersionComparison(APIView):
    @extend_schema(responses={200: ComparisonOutput, **dict.fromkeys((401, 404, 409), ErrorAnswer)})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """A version beside the live one on the same test pictures, in all and class by class.

        404 where the classifier has no other live version; 409, code `not_measured`, while one of them is still to be measured.
        """
        version = found(id)
        live = get_object_or_404(ModelVersion.objects.live().exclude(pk=id), classifier=version.classifier_id)
        classes = [asdict(row) for row in compared_by_class(version, live)]
        comparison = {**compared(version, live).numbers(), "live": live.pk, "classes": classes}
        return Response(ComparisonOutput(comparison).data)


class VersionConfusion(APIView):
    @extend_schema(responses={200: ConfusionOutput, **dict.fromkeys((401, 404, 409), ErrorAnswer)})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """Which label a version took for which, on test pictures. 409, code `not_measured`, where it has answered none."""
        answers = answers_of(found(id))
        matrix = answers.confusion()
        confusion = {"labels": answers.class_names, "pictures": int(matrix.sum()), "matrix": matrix.tolist()}
        return Response(ConfusionOutput(confusion).data)


class VersionPromotion(APIView):
    scope = "train"

    @extend_schema(
        request=PromotionInput,
        responses={200: VersionDetailOutput, **dict.fromkeys((400, 401, 403, 404, 409), ErrorAnswer)},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """For maintainers: let a version answer from now on. Workers take it within seconds, and no request is lost.

        A candidate has to be no worse than the live version on pictures that neither was trained on. Otherwise the answer is 409,
        code `gate_closed`, with the figures, unless a note says why it should answer all the same. One that was live before
        needs no note. Repeated, the call changes nothing.
        """
        serializer = PromotionInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        promote_version(by=caller(request), version=ModelVersion(pk=id), note=serializer.validated_data["note"])
        return shown(id)


class VersionRollBack(APIView):
    scope = "train"

    @extend_schema(
        request=None,
        responses={200: VersionDetailOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """For maintainers: go back from the live version to the one before it, which is answered with.

        It answers exactly as it did then. 409 where this version is not live any more, or was the first.
        """
        return shown(roll_back(by=caller(request), version=ModelVersion(pk=id)).pk)


def found(id: uuid.UUID) -> ModelVersion:
    """Raises Http404."""
    return get_object_or_404(ModelVersion.objects.for_showing(), pk=id)


def shown(id: uuid.UUID) -> Response:
    return Response(VersionDetailOutput(found(id)).data)
