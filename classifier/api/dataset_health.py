"""`/api/v1/classifiers/<slug>/health/`: how sound its labelled pictures are."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.models import Classifier
from classifier.models.dataset_health import health_of


class ShareOutput(serializers.Serializer[Any]):
    value = serializers.FloatField()
    low = serializers.FloatField(help_text="95 %")
    high = serializers.FloatField(help_text="95 %")


class LabelSamplesOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    samples = serializers.IntegerField()


class BalanceOutput(serializers.Serializer[Any]):
    says = serializers.CharField()
    samples = serializers.IntegerField(help_text="Accepted ones, corrected ones included")
    largest = LabelSamplesOutput(many=True)
    smallest = LabelSamplesOutput(many=True)


class CorrectedOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    judged = serializers.IntegerField()
    changed = ShareOutput()


class QualityOutput(serializers.Serializer[Any]):
    says = serializers.CharField()
    expects = serializers.CharField()
    judged = serializers.IntegerField(help_text="Samples that had a label, and were confirmed or corrected")
    changed = ShareOutput(help_text="The share of these whose label was changed")
    unjudged = serializers.IntegerField()
    expected = serializers.FloatField(allow_null=True, help_text="The mean suspicion of those that nobody has judged")
    often_wrong = CorrectedOutput(many=True, help_text="Labels that are wrong more often than the others are")


class PairOutput(serializers.Serializer[Any]):
    one = serializers.CharField()
    other = serializers.CharField()
    samples = serializers.IntegerField()


class OverlapOutput(serializers.Serializer[Any]):
    says = serializers.CharField()
    corrections = serializers.IntegerField()
    pairs = PairOutput(many=True)


class ShiftOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    answered = serializers.FloatField(help_text="Its share of the answers")
    accepted = serializers.FloatField(help_text="Its share of the accepted samples")


class DriftOutput(serializers.Serializer[Any]):
    says = serializers.CharField()
    found = serializers.BooleanField()
    answers = serializers.IntegerField(help_text="The live version's in the last 30 days")
    samples = serializers.IntegerField()
    statistic = serializers.FloatField(help_text="Chi-square")
    p = serializers.FloatField(help_text="By 999 permutations")
    shifts = ShiftOutput(many=True)


class HealthOutput(serializers.Serializer[Any]):
    balance = BalanceOutput()
    quality = QualityOutput()
    overlap = OverlapOutput()
    drift = DriftOutput()


class ClassifierHealth(APIView):
    @extend_schema(responses={200: HealthOutput, **dict.fromkeys((401, 403, 404), ErrorAnswer)})
    def get(self, request: Request, slug: str) -> Response:
        """For reviewers: how the accepted samples are spread, how many labels are wrong, which are mixed up, and drift.

        Each part says in a sentence what it means, or that there are too few to tell.
        """
        policy.require_reviewer(caller(request))
        return Response(HealthOutput(health_of(get_object_or_404(Classifier, slug=slug))).data)
