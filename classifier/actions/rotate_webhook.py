"""Give a webhook another secret, and start it again where it was stopped."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classifier.models import User, Webhook
from classifier.models.webhooks import OLD_SECRET_FOR, new_secret


def rotate_webhook(*, by: User, webhook: Webhook) -> Webhook:
    """With its new secret, which is shown this once. The old one signs too for a day, so that nothing is missed meanwhile.

    Raises Webhook.DoesNotExist where it is not theirs.
    """
    with transaction.atomic():
        own = Webhook.objects.select_for_update().get(pk=webhook.pk, owner=by)
        own.old_secret, own.old_secret_until = own.secret, timezone.now() + OLD_SECRET_FOR
        own.secret, own.disabled_because = new_secret(), ""
        own.save()
    return own
