"""Hand what is owed to an address to whoever sends, for a while."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.models import Delivery, Webhook
from classifier.models.webhooks import LEASE


def claim_delivery() -> Delivery | None:
    """The one that is due longest, leased, with the attempt's number."""
    with transaction.atomic():
        due = Delivery.objects.claimable().locked_for_claiming().first()
        if due is None:
            return None
        Webhook.objects.select_for_update().get(pk=due.webhook_id)  # one at a time for each address
        if not Delivery.objects.claimable().filter(pk=due.pk).exists():
            return None
        Delivery.objects.filter(pk=due.pk).update(attempt=F("attempt") + 1, lease_until=Now() + LEASE)
        return Delivery.objects.select_related("webhook").get(pk=due.pk)
