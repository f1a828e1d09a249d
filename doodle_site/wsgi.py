import os
from collections.abc import Iterator
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doodle_site.settings")

_site = get_wsgi_application()

from classifier.models.waiting import places  # noqa: E402  models can be imported only now


class Worked:
    """An answer for which a place among those that work is held until the last of it is sent."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            places.leave()


def application(environ: dict[str, Any], start_response: Any) -> Worked:
    """The site. Before any middleware could answer, Django breaks on a charset that holds NUL: that is no type of anything."""
    if "%00" in environ.get("CONTENT_TYPE", ""):
        environ = {**environ, "CONTENT_TYPE": "application/octet-stream"}
    places.take()
    try:
        return Worked(_site(environ, start_response))
    except BaseException:
        places.leave()
        raise
