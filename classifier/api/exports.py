"""`/api/v1/export/`: labelled data with all that was said of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from classifier.actions.export_samples import FORMS, export_samples
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.predictions import classifier_of

FORMAT = (
    "`folders`: a ZIP with a folder for each label, labels.csv and reviews.jsonl. `csv`: these two tables, in a ZIP. `jsonl`: a "
    "line for each sample, with its reviews. `npz`: pictures as the network takes them, labels, class_names, and reviews.jsonl."
)


class WhateverFormat(DefaultContentNegotiation):
    """`format` is the export's here, not that of errors."""

    def filter_renderers(self, renderers: Iterable[Any], format: str) -> list[Any]:
        return list(renderers)


class ExportInput(serializers.Serializer[Any]):
    classifier = serializers.SlugField()
    format = serializers.ChoiceField(list(FORMS))


class Export(APIView):
    reading_scope = "review"
    content_negotiation_class = WhateverFormat

    @extend_schema(
        parameters=[
            OpenApiParameter("classifier", str, required=True, description="A classifier's slug"),
            OpenApiParameter("format", str, required=True, enum=list(FORMS), description=FORMAT),
        ],
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY),
            (200, "application/jsonl"): OpenApiResponse(OpenApiTypes.BINARY),
            **dict.fromkeys((400, 401, 403), ErrorAnswer),
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """For reviewers: all accepted and corrected samples of a classifier, made while they are sent."""
        serializer = ExportInput(data=request.query_params)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        made = export_samples(by=caller(request), classifier=classifier_of(fields["classifier"]), form=fields["format"])
        answer = StreamingHttpResponse(made.chunks, content_type=made.content_type)
        answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return answer
