"""`/api/v1/predictions/<id>/cancel/` and `…/retry/`: a prediction as a job."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.ask_history_again import ask_history_again
from classifier.actions.cancel_prediction import cancel_prediction
from classifier.actions.retry_prediction import retry_prediction
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.limits import LIMITS, Limited
from classifier.api.predictions import WAIT, PredictionDetailOutput, answer, classifier_of, seconds_to_wait
from classifier.models import Prediction


class PredictionCancel(APIView):
    scope = "predict"

    @extend_schema(
        request=None,
        responses={200: PredictionDetailOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Take a queued prediction back: it ends as failed, `error.code` is `cancelled`. 409 where it does not wait any more."""
        cancel_prediction(by=caller(request), prediction=Prediction(pk=id))
        return answer(id, caller(request), 0)


class PredictionRetry(Idempotent, Limited):
    scope = "predict"

    @extend_schema(
        request=None,
        parameters=[WAIT, IDEMPOTENCY_KEY, *LIMITS],
        responses={
            200: PredictionDetailOutput,
            202: OpenApiResponse(PredictionDetailOutput, "Queued: look at `Location`."),
            **dict.fromkeys((400, 401, 403, 404, 409, 429), ErrorAnswer),
        },
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Ask once more what failed: a new prediction of the same image. 409 where it has not failed."""
        seconds = seconds_to_wait(request)
        again = retry_prediction(by=caller(request), prediction=Prediction(pk=id))
        return answer(again.pk, caller(request), seconds)


class AgainInput(Input):
    classifier = serializers.SlugField()


class AgainOutput(serializers.Serializer[Any]):
    asked = serializers.IntegerField(help_text="How many new predictions wait now.")


class PredictionsAgain(Idempotent):
    scope = "predict"

    @extend_schema(
        request=AgainInput,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: AgainOutput, **dict.fromkeys((400, 401, 403, 409), ErrorAnswer)},
    )
    def post(self, request: Request) -> Response:
        """Have your history answered by a classifier's live version: a new prediction for each picture that it has not seen.

        The newest 1,000 at most; call it again for the others. The old answers stay.
        """
        serializer = AgainInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = ask_history_again(by=caller(request), classifier=classifier_of(serializer.validated_data["classifier"]))
        return Response(AgainOutput({"asked": asked}).data, status.HTTP_202_ACCEPTED)
