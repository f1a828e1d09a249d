"""`/api/v1/training-runs/`: have a classifier trained from what people labelled, and watch."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import django_filters
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.cancel_training import cancel_training
from classifier.actions.request_training import request_training
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Flag, Input, Slug, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Filters, Listing
from classifier.api.predictions import classifier_of
from classifier.models import RunStatus, TrainingRun

RECIPE = "How to train: `people` for drawings, `people-photos` for photos, which is also what you get without it."
FROM_NOTHING = "Forget what the live version has learnt. Needs far more pictures."
LOOK_AGAIN_S = 2


class TrainingRunInput(Input):
    classifier = Slug()
    recipe = Text(required=False, default="", allow_blank=True, max_length=100, help_text=RECIPE)
    from_nothing = Flag(required=False, default=False, help_text=FROM_NOTHING)


class TrainingRunOutput(serializers.ModelSerializer[TrainingRun]):
    classifier = serializers.SlugField(source="classifier.slug")
    status = serializers.CharField(help_text="queued, running, succeeded, failed or cancelled")
    reason = serializers.CharField(help_text="Why it stopped, where it did not succeed.")
    model_version = serializers.UUIDField(source="model_version_id", allow_null=True, help_text="What came of it: a candidate.")
    start_from = serializers.UUIDField(source="start_from_id", allow_null=True, help_text="Whose weights it began with.")
    training_set = serializers.UUIDField(source="training_set_id", allow_null=True)
    requested_by = serializers.CharField(source="requested_by.username", allow_null=True, default=None)

    class Meta:
        model = TrainingRun
        fields = (
            "id", "classifier", "recipe", "status", "reason", "progress", "epoch", "epochs", "model_version", "start_from",
            "training_set", "requested_by", "created_at", "started_at", "finished_at",
        )  # fmt: skip


class TrainingRunDetailOutput(TrainingRunOutput):
    history = serializers.ListField(
        child=serializers.DictField(child=serializers.FloatField()), help_text="For each epoch its losses and accuracies."
    )
    log = serializers.CharField(help_text="The last of what the trainer said.")

    class Meta(TrainingRunOutput.Meta):
        fields = (*TrainingRunOutput.Meta.fields, "history", "log")  # type: ignore[assignment]


class TrainingRunFilter(Filters):
    classifier = django_filters.CharFilter(field_name="classifier__slug")
    status = django_filters.ChoiceFilter(choices=RunStatus.choices)

    class Meta:
        model = TrainingRun
        fields: ClassVar[list[str]] = []


class TrainingRunList(Idempotent, Listing[TrainingRun]):
    """For a maintainer all runs, for others those of the classifiers that they made; newest first."""

    scope = "train"
    serializer_class = TrainingRunOutput
    filterset_class = TrainingRunFilter
    queryset = TrainingRun.objects.none()

    def get_queryset(self) -> Any:
        return TrainingRun.objects.visible_to(caller(self.request)).for_showing().defer("history", "log")

    @extend_schema(
        request=TrainingRunInput,
        parameters=[IDEMPOTENCY_KEY],
        responses={
            200: OpenApiResponse(TrainingRunDetailOutput, "The one that is under way."),
            202: OpenApiResponse(TrainingRunDetailOutput, "Queued: look at `Location`."),
            **dict.fromkeys((400, 401, 403, 409), ErrorAnswer),
        },
    )
    def post(self, request: Request) -> Response:
        """Have a new version trained from all accepted and corrected pictures: a candidate, until somebody promotes it.

        For maintainers, and for whoever made the classifier. 409, code `too_few_pictures`, where a label has too few.
        """
        serializer = TrainingRunInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        run, queued = request_training(by=caller(request), classifier=classifier_of(fields.pop("classifier")), **fields)
        answer = shown(run.pk, request)
        if queued:
            answer.status_code = status.HTTP_202_ACCEPTED
            answer["Location"] = reverse("api:training-run-detail", args=[run.pk])
            answer["Retry-After"] = str(LOOK_AGAIN_S)
        return answer


class TrainingRunDetail(APIView):
    @extend_schema(responses={200: TrainingRunDetailOutput, 401: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """One run as it stands, with its curves."""
        return shown(id, request)


class TrainingRunCancel(APIView):
    scope = "train"

    @extend_schema(request=None, responses={200: TrainingRunDetailOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)})
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Stop a run; what it has learnt is thrown away. 409 where it is over."""
        cancel_training(by=caller(request), run=TrainingRun(pk=id))
        return shown(id, request)


def shown(id: uuid.UUID, request: Request) -> Response:
    run = get_object_or_404(TrainingRun.objects.visible_to(caller(request)).for_showing(), pk=id)
    return Response(TrainingRunDetailOutput(run).data)
