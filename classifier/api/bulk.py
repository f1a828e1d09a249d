"""`/api/v1/batches/`: up to 10,000 pictures in one file, and what became of each."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.core.files import File
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.cancel_batch import cancel_batch
from classifier.actions.submit_bulk import submit_bulk
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.limits import LIMITS, Limited
from classifier.api.lists import Listing
from classifier.api.pagination import NewestFirst
from classifier.api.predictions import WHICH, choice_of
from classifier.models import Batch, BatchFile
from classifier.sources import bulk

FILE = (
    "A ZIP of pictures, or a NumPy array as .npy or .npz: uint8 of shape (n, 28, 28), ink 255, or RGB (n, 28, 28, 3) or (n,"
    " 32, 32, 3). 10,000 pictures and 64 MB at most."
)
STATES = ("queued", "running", "settled")


class BulkInput(Input):
    classifier = serializers.SlugField(default="doodle", help_text=WHICH)
    file = serializers.FileField(help_text=FILE)


class BatchState(serializers.ModelSerializer[Batch]):
    status = serializers.SerializerMethodField()
    total = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Those that are answered.")
    failed = serializers.IntegerField(help_text="Those that failed, or were refused.")
    problem = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = ("id", "status", "total", "done", "failed", "problem", "created_at")

    @extend_schema_field(serializers.ChoiceField(STATES))
    def get_status(self, batch: Any) -> str:
        over = batch.done + batch.failed
        return STATES[2] if over == batch.total else STATES[bool(over)]

    @extend_schema_field(serializers.CharField(help_text="Why the rest of the file was not unpacked; empty where it was."))
    def get_problem(self, batch: Batch) -> str:
        return batch.unpacking.problem if hasattr(batch, "unpacking") else ""


class FileResult(serializers.ModelSerializer[BatchFile]):
    prediction = serializers.UUIDField(source="prediction_id", allow_null=True)
    status = serializers.SerializerMethodField()
    label = serializers.CharField(source="prediction.label", default=None)  # type: ignore[assignment]
    probability = serializers.FloatField(source="prediction.probability", default=None)
    unsure = serializers.BooleanField(source="prediction.unsure", default=None)
    error = serializers.SerializerMethodField()

    class Meta:
        model = BatchFile
        fields = ("place", "name", "prediction", "status", "label", "probability", "unsure", "error")

    @extend_schema_field(serializers.ChoiceField(("queued", "running", "succeeded", "failed", "refused")))
    def get_status(self, file: BatchFile) -> str:
        return file.prediction.status if file.prediction else "refused"

    @extend_schema_field(serializers.CharField(help_text="Why it failed or was refused; empty where it was not."))
    def get_error(self, file: BatchFile) -> str:
        return file.prediction.error_message if file.prediction else file.refusal


class BatchList(Idempotent, Limited, Listing[Batch]):
    """Your batches, newest first: files sent together on the page, or in bulk."""

    scope = "predict"
    serializer_class = BatchState
    filter_backends = ()
    queryset = Batch.objects.none()
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> Any:
        return Batch.objects.visible_to(caller(self.request)).with_progress().select_related("unpacking")

    @extend_schema(
        request={"multipart/form-data": BulkInput},
        parameters=[IDEMPOTENCY_KEY, *LIMITS],
        responses={
            202: OpenApiResponse(BatchState, "Look at `Location`, or listen to its events; then fetch its results."),
            **dict.fromkeys((400, 401, 403, 409, 413, 415, 429), ErrorAnswer),
        },
    )
    def post(self, request: Request) -> Response:
        """Ask about up to 10,000 pictures in one file. They are answered behind everybody's single pictures."""
        serializer = BulkInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        file: File[bytes] = serializer.validated_data["file"]
        classifier = choice_of(serializer.validated_data["classifier"])
        made = submit_bulk(by=caller(request), classifier=classifier, file=file, pictures=bulk.count_in(cast("Any", file)))
        headers = {"Location": reverse("api:batch-detail", args=[made.pk]), "Retry-After": "2"}
        return Response(_state(request, made.pk), status.HTTP_202_ACCEPTED, headers=headers)


class BatchDetail(APIView):
    scope = "predict"

    @extend_schema(responses={200: BatchState, 401: ErrorAnswer, 403: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """How far a batch is."""
        return Response(_state(request, id))


class BatchCancel(APIView):
    scope = "predict"

    @extend_schema(request=None, responses={200: BatchState, 401: ErrorAnswer, 403: ErrorAnswer, 404: ErrorAnswer})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take back what of it nobody has looked at; what is answered stays."""
        cancel_batch(by=caller(request), batch=Batch(pk=id))
        return Response(_state(request, id))


class ByPlace(NewestFirst):
    """In the order of the file."""

    ordering = "place"


class BatchResults(Listing[BatchFile]):
    """What became of each file, in their order, as far as it is unpacked; all of it as CSV or JSON lines."""

    scope = "predict"
    serializer_class = FileResult
    pagination_class = ByPlace
    filter_backends = ()
    queryset = BatchFile.objects.none()

    def get_queryset(self) -> Any:
        batch = get_object_or_404(Batch.objects.visible_to(caller(self.request)), pk=self.kwargs["id"])
        return batch.files.select_related("prediction")


def _state(request: Request, id: uuid.UUID) -> Any:
    found = Batch.objects.visible_to(caller(request)).with_progress().select_related("unpacking")
    return BatchState(get_object_or_404(found, pk=id)).data
