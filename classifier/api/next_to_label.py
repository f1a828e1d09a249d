"""`/api/v1/classifiers/<slug>/next-to-label/`: the pictures whose labels would teach a classifier most."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.propose_pictures import MOST_PROPOSED, propose_pictures
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.predictions import GuessOutput, ImageOutput
from classifier.api.reviews import SEEN
from classifier.models import Classifier
from classifier.models.unlabelled import Telling

COUNT = f"How many, 1 to {MOST_PROPOSED}."
MARGIN = "How much more probable the best guess is than the second, 0 to 1: the less, the less the network knows."


class CountInput(serializers.Serializer[Any]):
    count = serializers.IntegerField(default=20, help_text=COUNT)


class ToLabelOutput(serializers.Serializer[Telling]):
    image = ImageOutput(source="prediction.image")
    guesses = GuessOutput(many=True, source="prediction.ranked")
    margin = serializers.FloatField(help_text=MARGIN)
    seen = serializers.CharField(source="sample.seen", help_text=SEEN)


class NextToLabelOutput(serializers.Serializer[Any]):
    results = ToLabelOutput(many=True)


class ClassifierNextToLabel(APIView):
    @extend_schema(
        parameters=[CountInput],
        responses={200: NextToLabelOutput, **dict.fromkeys((400, 401, 403, 404), ErrorAnswer)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """For maintainers, and who made the classifier: what to label next, so that the labels teach most.

        Chosen from what people sent, what you may see and nobody has decided: where the network is unsure, each picture for many
        that are like it. Label them by `images/<id>/reviews/`, then ask again.
        """
        found = get_object_or_404(Classifier, slug=slug)
        serializer = CountInput(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        proposed = propose_pictures(by=caller(request), classifier=found, count=serializer.validated_data["count"])
        return Response(NextToLabelOutput({"results": proposed}).data)
