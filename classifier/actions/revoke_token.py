"""Take a token back; it stops working at once."""

from classifier.models import ApiToken, User


def revoke_token(*, by: User, token: ApiToken) -> None:
    """Raises ApiToken.DoesNotExist where it is not this person's."""
    ApiToken.objects.get(pk=token.pk, user=by).delete()
