"""Send once more what was delivered or given up."""

from __future__ import annotations

from django.db.models.functions import Now

from classifier.models import Delivery, DeliveryStatus, User


def redeliver(*, by: User, delivery: Delivery) -> Delivery:
    """At once, with all its attempts again. Raises Delivery.DoesNotExist where it is not theirs."""
    own = Delivery.objects.select_related("webhook").get(pk=delivery.pk, webhook__owner=by)
    settled = Delivery.objects.filter(pk=own.pk).exclude(status=DeliveryStatus.WAITING)
    settled.update(status=DeliveryStatus.WAITING, attempt=0, next_at=Now(), settled_at=None, lease_until=None)
    Delivery.objects.filter(pk=own.pk, status=DeliveryStatus.WAITING, lease_until=None).update(next_at=Now())
    return Delivery.objects.get(pk=own.pk)
