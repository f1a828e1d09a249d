"""Write down how an attempt to deliver ended, if the delivery is still its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from classifier.models import Delivery, DeliveryStatus, Webhook
from classifier.models.webhooks import WAITS

GONE = 410
GONE_REASON = "The address answered 410 Gone. Rotate the secret to start it again."


def record_delivery(*, delivery: Delivery, status: int | None) -> bool:
    """`status` is what the address answered, None where nothing came. False where the lease went to another.

    2xx is delivered, 410 stops the webhook, all else is tried again later until the attempts are spent.
    """
    with transaction.atomic():
        mine = Delivery.objects.filter(pk=delivery.pk, attempt=delivery.attempt, status=DeliveryStatus.WAITING)
        if not mine.update(last_status=status, lease_until=None, **_next(delivery, status)):
            return False
        if status == GONE:
            Webhook.objects.filter(pk=delivery.webhook_id).update(disabled_because=GONE_REASON)
        return True


def _next(delivery: Delivery, status: int | None) -> dict[str, Any]:
    if status is not None and 200 <= status < 300:
        return {"status": DeliveryStatus.DELIVERED, "settled_at": Now()}
    if status == GONE or delivery.is_last_attempt:
        return {"status": DeliveryStatus.GIVEN_UP, "settled_at": Now()}
    return {"next_at": Now() + WAITS[delivery.attempt - 1]}
