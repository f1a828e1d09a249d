"""`/api/v1/predictions/batch/`: ask about many pictures at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import (
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.actions.submit_images import submit_images
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer, error_body, exception_handler
from classifier.api.fields import Input, Slug, refuse_unknown
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.limits import LIMITS, Limited
from classifier.api.parsers import UnboundedJSONParser
from classifier.api.predictions import (
    WAIT,
    WHICH,
    PredictionInput,
    PredictionOutput,
    PredictionUpload,
    checked,
    choice_of,
    seconds_to_wait,
    submission_of,
)
from classifier.models import Classifier, Prediction, Worker
from classifier.models.batches import LONGEST_BATCH
from classifier.models.waiting import wait_until_settled
from classifier.sources import archive
from classifier.sources.submission import BadSubmission, Submission

Picture = tuple[Classifier | None, Submission]

LIST_NEEDED = f"Give a list of 1 to {LONGEST_BATCH} items, each as for POST /api/v1/predictions/."
NO_ARCHIVES = "Archives are unpacked on the page only. Send the pictures themselves, each as an `image` of its own."
GONE = error_body("not_found", "This prediction was deleted meanwhile.")


@extend_schema_field(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": LONGEST_BATCH,
        "items": {"anyOf": [{"$ref": "#/components/schemas/PredictionInputRequest"}, {"description": "Refused alone."}]},
    }
)
class Items(serializers.ListField):
    """What else an item may be is no fault of the request: it has an error of its own among the results."""


class BatchInput(Input):
    """1 to 64 of what `POST predictions/` takes."""

    items = Items()


class BatchUpload(Input):
    """1 to 64 files, 64 MB in all."""

    classifier = Slug(default="doodle", help_text=WHICH)
    image = serializers.ListField(child=serializers.FileField(), min_length=1, max_length=LONGEST_BATCH)


ONE_OF: list[type[serializers.Serializer[Any]]] = [PredictionOutput, ErrorAnswer]
RESULTS = PolymorphicProxySerializer(component_name="BatchResult", serializers=ONE_OF, resource_type_field_name=None, many=True)
BatchOutput = inline_serializer("BatchOutput", {"results": RESULTS})


class PredictionBatch(Idempotent, Limited):
    scope = "predict"
    parser_classes = (UnboundedJSONParser, MultiPartParser)

    @extend_schema(
        request={"application/json": BatchInput, "multipart/form-data": BatchUpload},
        parameters=[WAIT, IDEMPOTENCY_KEY, *LIMITS],
        responses={
            200: OpenApiResponse(BatchOutput, "With `wait`: all are answered."),
            202: OpenApiResponse(BatchOutput, "In the order sent. One that cannot be taken has its error there and fails alone."),
            **dict.fromkeys((400, 401, 403, 409, 413, 415, 429), ErrorAnswer),
        },
    )
    def post(self, request: Request) -> Response:
        """Ask about up to 64 pictures or drawings at once."""
        seconds = seconds_to_wait(request)
        choice = cache(choice_of)
        taken = [_taken(item, choice) for item in _items(request)]
        queued = submit_images(by=caller(request), pictures=[one for one in taken if isinstance(one, tuple)])
        if seconds:
            wait_until_settled([prediction.pk for prediction in queued], seconds)
        return _answer(taken, queued, bool(seconds))


def _items(request: Request) -> Sequence[PredictionInput | PredictionUpload]:
    """Each still unchecked. Raises ValidationError and BadSubmission."""
    if isinstance(request.data, dict):  # a form is one too
        refuse_unknown(request.data, (BatchUpload if isinstance(request.data, QueryDict) else BatchInput)().fields)
    if isinstance(request.data, QueryDict):
        common = _common(request.data)
        return [PredictionUpload(data={**common, "image": file}) for file in _counted(request.FILES.getlist("image"))]
    items = request.data.get("items") if isinstance(request.data, dict) else None
    if not isinstance(items, list):
        raise serializers.ValidationError({"items": [LIST_NEEDED]})
    return [PredictionInput(data=item) for item in _counted(items)]


def _common(form: QueryDict) -> dict[str, str]:
    """What holds for all files. Raises ValidationError."""
    if "classifier" not in form:
        return {}
    try:
        return {"classifier": Slug().run_validation(form["classifier"])}
    except exceptions.ValidationError as error:
        raise serializers.ValidationError({"classifier": error.detail}) from error


def _counted(items: list[Any]) -> list[Any]:
    if not 1 <= len(items) <= LONGEST_BATCH:
        raise BadSubmission("batch_size", f"Send 1 to {LONGEST_BATCH} pictures in one request; this one has {len(items)}.")
    return items


def _taken(item: PredictionInput | PredictionUpload, choice: Callable[[str], Classifier | None]) -> Picture | dict[str, Any]:
    """The picture, or the error that it alone has."""
    try:
        fields = checked(item)
        if "image" in fields and archive.is_archive(fields["image"]):
            raise BadSubmission("unsupported_image", NO_ARCHIVES)
        return choice(fields["classifier"]), submission_of(fields)
    except (BadSubmission, exceptions.ValidationError) as error:
        refused = exception_handler(error, {})
        return dict(refused.data) if refused else {}


def _answer(taken: Sequence[Picture | dict[str, Any]], queued: Sequence[Prediction], waited: bool) -> Response:
    found = Prediction.objects.filter(pk__in=[prediction.pk for prediction in queued]).with_image().in_bulk()
    pending = any(prediction.pending for prediction in found.values())
    context = {"attended": Worker.objects.jobs_attended() if pending else set()}
    ids = iter([prediction.pk for prediction in queued])
    results = [_result(found, ids, context) if isinstance(one, tuple) else one for one in taken]
    if waited and not pending:
        return Response({"results": results})
    return Response({"results": results}, status.HTTP_202_ACCEPTED, headers={"Retry-After": "1"})


def _result(found: dict[uuid.UUID, Prediction], ids: Iterator[uuid.UUID], context: dict[str, Any]) -> Any:
    prediction = found.get(next(ids))
    return PredictionOutput(prediction, context=context).data if prediction else GONE
