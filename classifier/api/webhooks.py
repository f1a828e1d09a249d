"""`/api/v1/webhooks/`: addresses that are told what is settled."""

from __future__ import annotations

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.create_webhook import create_webhook
from classifier.actions.delete_webhook import delete_webhook
from classifier.actions.redeliver import redeliver
from classifier.actions.rotate_webhook import rotate_webhook
from classifier.api.authentication import caller
from classifier.api.errors import ErrorAnswer
from classifier.api.fields import Input, Text
from classifier.api.idempotency import IDEMPOTENCY_KEY, Idempotent
from classifier.api.lists import Listing
from classifier.models import Delivery, Webhook
from classifier.models.webhooks import EVENTS, MOST_WEBHOOKS

SIGNED = (
    "Each event is a POST of JSON, `{type, timestamp, data: {id, status, url}}`, signed as Standard Webhooks has it: "
    "`webhook-id` (the same for every attempt), `webhook-timestamp` and `webhook-signature`, which is `v1,` and the Base64 "
    "of HMAC-SHA256 over `{id}.{timestamp}.{body}`, keyed with the Base64 that follows `whsec_` in the secret; two of them,"
    " separated by a space, for a day after a rotation. Answer 2xx within 10 seconds. Redirects are not followed. All else "
    "is tried again after 10 seconds, 1 minute, 10 minutes, 1 hour and 6 hours; 410 stops the webhook. An event may come "
    "twice: compare `webhook-id`."
)


class WebhookInput(Input):
    url = Text(max_length=2000, help_text="http or https, on a public host.")
    events = serializers.ListField(child=serializers.ChoiceField(EVENTS), required=False, allow_empty=False, max_length=10)


class WebhookOutput(serializers.ModelSerializer[Webhook]):
    events = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Webhook
        fields = ("id", "url", "events", "disabled_because", "created_at")


class NewWebhookOutput(WebhookOutput):
    secret = serializers.CharField(help_text="Shown this once.")

    class Meta(WebhookOutput.Meta):
        fields = (*WebhookOutput.Meta.fields, "secret")  # type: ignore[assignment]


class DeliveryOutput(serializers.ModelSerializer[Delivery]):
    attempts = serializers.IntegerField(source="attempt")
    payload = serializers.DictField()

    class Meta:
        model = Delivery
        fields = (
            "id", "event", "payload", "status", "attempts", "last_status", "next_at", "settled_at", "created_at",
        )  # fmt: skip


class WebhookList(Idempotent, Listing[Webhook]):
    """Your webhooks, without their secrets."""

    scope = "predict"
    shown_once = True
    serializer_class = WebhookOutput
    filter_backends = ()
    queryset = Webhook.objects.none()

    def get_queryset(self) -> Any:
        return Webhook.objects.filter(owner=caller(self.request))

    @extend_schema(
        request=WebhookInput,
        parameters=[IDEMPOTENCY_KEY],
        responses={201: OpenApiResponse(NewWebhookOutput, SIGNED), **dict.fromkeys((400, 401, 403, 409, 415), ErrorAnswer)},
        examples=[
            OpenApiExample(
                "a bot that is told of answers",
                {"url": "https://example.com/doodles", "events": ["prediction.settled"]},
                request_only=True,
            )
        ],
        description=f"Have an address told what is settled; {MOST_WEBHOOKS} at most. Its secret is shown this once. {SIGNED}",
    )
    def post(self, request: Request) -> Response:
        serializer = WebhookInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = create_webhook(by=caller(request), **serializer.validated_data)
        return Response(NewWebhookOutput(made).data, status.HTTP_201_CREATED)


class WebhookDetail(APIView):
    scope = "predict"

    @extend_schema(responses={200: WebhookOutput, 401: ErrorAnswer, 403: ErrorAnswer, 404: ErrorAnswer})
    def get(self, request: Request, id: uuid.UUID) -> Response:
        """A webhook; `disabled_because` says why nothing is sent any more, if so."""
        return Response(WebhookOutput(get_object_or_404(Webhook, pk=id, owner=caller(request))).data)

    @extend_schema(responses={204: None, 401: ErrorAnswer, 403: ErrorAnswer, 404: ErrorAnswer})
    def delete(self, request: Request, id: uuid.UUID) -> Response:
        """Stop telling this address; its deliveries are forgotten."""
        delete_webhook(by=caller(request), webhook=Webhook(pk=id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebhookRotation(Idempotent):
    scope = "predict"
    shown_once = True

    @extend_schema(
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={200: NewWebhookOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Another secret, shown this once. The old one signs too for 24 hours. A webhook that was stopped starts again."""
        return Response(NewWebhookOutput(rotate_webhook(by=caller(request), webhook=Webhook(pk=id))).data)


class WebhookDeliveries(Listing[Delivery]):
    """What was sent to this address and what became of it, newest first; kept for 30 days."""

    scope = "predict"
    serializer_class = DeliveryOutput
    filter_backends = ()
    queryset = Delivery.objects.none()

    def get_queryset(self) -> Any:
        webhook = get_object_or_404(Webhook, pk=self.kwargs["id"], owner=caller(self.request))
        return webhook.deliveries.all()


class Redelivery(Idempotent):
    scope = "predict"

    @extend_schema(
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses={202: DeliveryOutput, **dict.fromkeys((401, 403, 404, 409), ErrorAnswer)},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:
        """Send it once more, at once, whether it was delivered or given up."""
        sent = redeliver(by=caller(request), delivery=Delivery(pk=id))
        return Response(DeliveryOutput(sent).data, status.HTTP_202_ACCEPTED)
