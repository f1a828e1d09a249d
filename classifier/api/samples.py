"""`/api/v1/classifiers/<slug>/samples/`: pictures with their labels, to learn from."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.actions.add_sample import add_sample
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.limits import LIMITS, Limited
from classifier.api.parsers import StrictJSONParser
from classifier.api.predictions import PredictionInput, PredictionUpload, checked, submission_of
from classifier.api.queue import QueuedOutput
from classifier.models import Classifier, Sample

SAME = "That of the address, if it is given at all."
NOT_BY_ADDRESS = "Refused here: send the picture itself."


class SampleInput(PredictionInput):
    """A label, and exactly one of `image_base64` and `strokes`."""

    classifier = Text(required=False, help_text=SAME)  # type: ignore[assignment]
    image_url = Text(required=False, help_text=NOT_BY_ADDRESS)
    label = Text(max_length=100)  # type: ignore[assignment]


class SampleUpload(PredictionUpload):
    """A label and a file: PNG, JPEG, GIF, WebP, BMP or AVIF, 10 MB and 40 megapixels at most."""

    classifier = Text(required=False, help_text=SAME)  # type: ignore[assignment]
    image_url = Text(required=False, help_text=NOT_BY_ADDRESS)
    label = Text(max_length=100)  # type: ignore[assignment]


class ClassifierSamples(Idempotent, Limited):
    scope = "train"
    parser_classes = (StrictJSONParser, MultiPartParser)

    @extend_schema(
        request={"application/json": SampleInput, "multipart/form-data": SampleUpload},
        parameters=[IDEMPOTENCY_KEY, *LIMITS],
        responses={201: QueuedOutput, **dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 429), ErrorAnswer)},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Add a picture of yours with its label: it counts at once. The same again is the same sample.

        For maintainers, and for whoever made the classifier. 409 where this picture has been judged already, and not so.
        """
        classifier = get_object_or_404(Classifier, slug=slug)
        is_json = (request.content_type or "").startswith("application/json")
        fields = checked((SampleInput if is_json else SampleUpload)(data=request.data))
        if fields.get("classifier", slug) != slug:
            raise serializers.ValidationError({"classifier": [f"The address says {slug!r}. Leave `classifier` out."]})
        made = add_sample(by=caller(request), classifier=classifier, submission=submission_of(fields), label=fields["label"])
        sample = Sample.objects.for_showing().get(pk=made.pk)
        return Response(QueuedOutput(sample).data, status.HTTP_201_CREATED)
