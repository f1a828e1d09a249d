"""`/api/v1/review/reviewers/`: how each reviewer does."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier import policy
from classifier.api.authentication import caller
from classifier.api.dataset_health import ShareOutput
from classifier.api.errors import ErrorAnswer
from classifier.models.reviewers import LOOKED_AT, figures


class ReviewerOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    decided = serializers.IntegerField(help_text="Verdicts that decided alone")
    second_looks = serializers.IntegerField(help_text="Of these, so many were followed by another reviewer's")
    agreed = serializers.IntegerField(help_text="Of which so many came to the same")
    opinions = serializers.SerializerMethodField(help_text="On samples that are decided now")
    with_others = serializers.FloatField(allow_null=True, help_text="The share of these that came to what was decided")
    kappa = serializers.FloatField(allow_null=True, help_text="Cohen's: the same beyond chance, at most 1")
    tried = serializers.SerializerMethodField(help_text="Known answers that they were tried with")
    right = serializers.IntegerField(help_text="Of these, so many were found")
    rightness = ShareOutput(allow_null=True)
    seconds = serializers.FloatField(allow_null=True, help_text="The median between two verdicts")

    def get_opinions(self, one: Any) -> int:
        return len(one.opinions)

    def get_tried(self, one: Any) -> int:
        return len(one.answers)


class ReviewersOutput(serializers.Serializer[Any]):
    of_last = serializers.IntegerField(help_text="So many verdicts were looked at, at most")
    reviewers = ReviewerOutput(many=True, help_text="Those with whom others, or what is known, agree least come first")


class ReviewerFigures(APIView):
    @extend_schema(responses={200: ReviewersOutput, **dict.fromkeys((401, 403), ErrorAnswer)})
    def get(self, request: Request) -> Response:
        """For maintainers: what each reviewer did, how far others agree, and how they do where the answer is known."""
        policy.require_maintainer(caller(request))
        return Response(ReviewersOutput({"of_last": LOOKED_AT, "reviewers": figures()}).data)
