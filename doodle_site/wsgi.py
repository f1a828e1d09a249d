import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doodle_site.settings")

_site = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The site. Before any middleware could answer, Django breaks on a charset that holds NUL: that is no type of anything."""
    if "%00" in environ.get("CONTENT_TYPE", ""):
        environ = {**environ, "CONTENT_TYPE": "application/octet-stream"}
    return _site(environ, start_response)
