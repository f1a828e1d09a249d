"""Stop telling an address."""

from classifier.models import User, Webhook


def delete_webhook(*, by: User, webhook: Webhook) -> None:
    """What is under way to it is forgotten. Raises Webhook.DoesNotExist where it is not theirs."""
    Webhook.objects.get(pk=webhook.pk, owner=by).delete()
