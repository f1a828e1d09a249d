"""Who may do what. Every action asks here; pages ask only to hide a button."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache

from classifier.models import Image, Person, Visitor

WINDOW_S = 10


class NotAllowed(Exception):
    """This person may not do that; `code` is stable, the message says what would help."""

    code = "not_allowed"


class TooManyPictures(NotAllowed):
    """The person sent more than the limits allow; `retry_after` is in seconds, None where waiting does not help."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: int | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def require_room_for_picture(by: Person, pictures: int = 1) -> None:
    """Count one picture, or as many as came at once, against the person's rate and quota. Raises TooManyPictures."""
    owner = by.address or str(by.key) if isinstance(by, Visitor) else str(by.pk)
    key = f"pictures:{owner}"
    cache.add(key, 0, WINDOW_S)
    try:
        sent = cache.incr(key, pictures)
    except ValueError:  # the window ended between the two calls
        sent = pictures
    if sent > settings.DOODLE_RATE * WINDOW_S:
        raise TooManyPictures(
            f"At most {settings.DOODLE_RATE} pictures a second. Send the next one in {WINDOW_S} seconds.", WINDOW_S
        )
    if Image.objects.visible_to(by).count() + pictures > settings.DOODLE_QUOTA:
        raise TooManyPictures(f"At most {settings.DOODLE_QUOTA:,} pictures are kept for one account. Delete some first.", None)
