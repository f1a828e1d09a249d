"""Tell an address what is settled from now on."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from classifier import policy
from classifier.models import User, Webhook
from classifier.models.webhooks import EVENTS, MOST_WEBHOOKS, new_secret
from classifier.sources.submission import BadSubmission
from classifier.sources.url.address import MAX_LENGTH, parse

BAD_ADDRESS = f"Give an address that begins with https:// or http://, {MAX_LENGTH} characters at most, without a user's name."


class TooManyWebhooks(policy.NotAllowed):
    """The account has as many as it may have."""

    code = "too_many_webhooks"


def create_webhook(*, by: User, url: str, events: Sequence[str] = EVENTS) -> Webhook:
    """With its secret, which is shown this once. Raises ValidationError where the address is none, and TooManyWebhooks."""
    try:
        parse(url)
    except BadSubmission as error:
        raise ValidationError({"url": [BAD_ADDRESS]}) from error
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)  # two at once would both find room
        if Webhook.objects.filter(owner=by).count() >= MOST_WEBHOOKS:
            raise TooManyWebhooks(f"At most {MOST_WEBHOOKS} webhooks for one account. Delete one first.")
        return Webhook.objects.create(owner=by, url=url, events=sorted(set(events)), secret=new_secret())
