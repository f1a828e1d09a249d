"""`/api/v1/classifiers/<slug>/imports/`: a labelled set in one file."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from classifier import policy
from classifier.actions.import_samples import import_samples
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Flag, Input
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.models import Classifier
from classifier.sources.labelled import MOST, from_set

SET = (
    "A ZIP with a folder for each label; a ZIP of pictures with a CSV of the columns file and label; an .npz of bitmaps or "
    f"images with labels and class_names; a ZIP of <label>.npy; or one .npy of a single label. {MOST:,} pictures at most."
)
OF_ONE = "Of the pictures in an .npy file."
KEEP_GOOD = "Take what is good where something is not. Otherwise nothing is taken then, and the error names what is wrong."


class ImportInput(Input):
    file = serializers.FileField(help_text=SET)
    label = serializers.CharField(required=False, max_length=100, default="", help_text=OF_ONE)  # type: ignore[assignment]
    keep_good = Flag(required=False, default=False, help_text=KEEP_GOOD)


class RefusalOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ImportOutput(serializers.Serializer[Any]):
    accepted = serializers.IntegerField(help_text="Pictures that came in")
    known = serializers.IntegerField(help_text="Those that you had already, with that label")
    refused = RefusalOutput(many=True)


class ClassifierImports(Idempotent):
    scope = "train"
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": ImportInput},
        parameters=[IDEMPOTENCY_KEY],
        responses={201: ImportOutput, **dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 429), ErrorAnswer)},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Import labelled pictures: all are accepted with their labels, or none and the error says by name what is wrong."""
        classifier = get_object_or_404(Classifier, slug=slug)
        policy.require_trainer(caller(request), classifier)
        serializer = ImportInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        pictures = from_set(fields["file"], fields["label"])
        imported = import_samples(by=caller(request), classifier=classifier, pictures=pictures, keep_good=fields["keep_good"])
        return Response(ImportOutput(imported).data, status.HTTP_201_CREATED)
