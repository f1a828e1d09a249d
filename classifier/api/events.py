"""`…/events/`: news as they come, as server-sent events. Whoever polls instead misses nothing."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.predictions import PredictionDetailOutput
from classifier.models import Batch, Prediction, TrainingRun, User, Worker
from classifier.models.waiting import BATCHES, PREDICTIONS, TRAINING_RUNS, lookout

HEARTBEAT_S = 15.0
LONGEST_S = 300
RETRY_MS = 2000
STREAM = (
    "`progress` whenever something changed, and `settled` with the last of it, after which the stream ends. The first event"
    " comes at once and tells how things stand, so nothing is missed whenever one connects; `Last-Event-ID` may be sent and"
    " changes nothing. A line `: waiting` every 15 seconds keeps the connection alive. `gone` where it was deleted "
    "meanwhile. The server closes after `wait` seconds, and at once where too many listen already: connect again after the "
    "time that `retry:` names, or poll."
)
SECONDS = OpenApiParameter("wait", int, description=f"Close after so many seconds, 0 to {LONGEST_S}; {LONGEST_S} without it.")
EVENTS = extend_schema(
    parameters=[SECONDS],
    responses={
        (200, "text/event-stream"): OpenApiResponse(str, STREAM),
        **dict.fromkeys((400, 401, 403, 404), ErrorAnswer),
    },
)
State = dict[str, Any]


class Events(APIView):
    """What `current` says, again with every change, until it is settled."""

    scope = "read"
    kind: ClassVar[str]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        """Whatever a browser accepts: errors are JSON, all else is a stream."""
        return JSONRenderer(), "application/json"

    def mine(self, by: User) -> QuerySet[Any]:
        raise NotImplementedError

    def current(self, by: User, id: uuid.UUID) -> tuple[State, bool]:
        """How it stands, and whether that is the end. Raises Http404."""
        raise NotImplementedError

    def stream(self, request: Request, id: uuid.UUID) -> StreamingHttpResponse:
        by, seconds = caller(request), _seconds(request)
        get_object_or_404(self.mine(by).only("pk"), pk=id)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        lines = self._lines(by, id, time.monotonic() + seconds)
        return StreamingHttpResponse(lines, content_type="text/event-stream", headers=headers)

    def _lines(self, by: User, id: uuid.UUID, deadline: float) -> Iterator[str]:
        yield f"retry: {RETRY_MS}\n\n"
        with lookout.watching(self.kind, [id]) as watch:
            told: State | None = None
            while True:
                try:
                    state, settled = self.current(by, id)
                except Http404:
                    yield _event("gone", {})
                    return
                if state != told:
                    yield _event("settled" if settled else "progress", state)
                told = state
                if settled or watch is None:
                    return
                while not watch.await_news(min(HEARTBEAT_S, deadline - time.monotonic())):
                    if time.monotonic() >= deadline:
                        return
                    yield ": waiting\n\n"


class PredictionEvents(Events):
    kind = PREDICTIONS

    def mine(self, by: User) -> QuerySet[Prediction]:
        return Prediction.objects.visible_to(by)

    def current(self, by: User, id: uuid.UUID) -> tuple[State, bool]:
        prediction = get_object_or_404(Prediction.objects.visible_to(by).with_image(), pk=id)
        context = {"attended": Worker.objects.jobs_attended() if prediction.pending else set()}
        return dict(PredictionDetailOutput(prediction, context=context).data), not prediction.pending

    @EVENTS
    def get(self, request: Request, id: uuid.UUID) -> StreamingHttpResponse:
        """Follow a prediction: each event's data is what `GET predictions/<id>/` would say."""
        return self.stream(request, id)


class BatchEvents(Events):
    kind = BATCHES

    def mine(self, by: User) -> QuerySet[Batch]:
        return Batch.objects.visible_to(by)

    def current(self, by: User, id: uuid.UUID) -> tuple[State, bool]:
        progress = Batch.objects.visible_to(by).progress_of(id)
        if progress is None:
            raise Http404
        return {"id": str(id), **progress}, progress["done"] + progress["failed"] == progress["total"]

    @EVENTS
    def get(self, request: Request, id: uuid.UUID) -> StreamingHttpResponse:
        """Follow a batch: `{id, total, done, failed}`."""
        return self.stream(request, id)


class RunState(serializers.ModelSerializer[TrainingRun]):
    class Meta:
        model = TrainingRun
        fields = ("id", "status", "progress", "epoch", "epochs", "reason", "model_version")


class TrainingRunEvents(Events):
    kind = TRAINING_RUNS

    def mine(self, by: User) -> QuerySet[TrainingRun]:
        return TrainingRun.objects.visible_to(by)

    def current(self, by: User, id: uuid.UUID) -> tuple[State, bool]:
        run = get_object_or_404(TrainingRun.objects.visible_to(by), pk=id)
        return dict(RunState(run).data), not run.active

    @EVENTS
    def get(self, request: Request, id: uuid.UUID) -> StreamingHttpResponse:
        """Follow a training run: `{id, status, progress, epoch, epochs, reason, model_version}`."""
        return self.stream(request, id)


def _event(name: str, state: State) -> str:
    return f"event: {name}\ndata: {json.dumps(state, default=str)}\n\n"


def _seconds(request: Request) -> int:
    given = request.query_params.get("wait", str(LONGEST_S))
    if not (given.isascii() and given.isdigit() and len(given) <= 6):
        raise serializers.ValidationError({"wait": [f"Give a whole number of seconds, 0 to {LONGEST_S}."]})
    return min(int(given), LONGEST_S)
