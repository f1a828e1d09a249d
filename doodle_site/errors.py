"""What goes wrong outside the views: JSON for programs, a page for people."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults


def _for_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/v1/") or request.path == "/recognize"


def _json(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message, "fields": {}}}, status=status)


TOO_MANY_FILES = "At most 64 pictures can be sent at once. Send them in several goes."


def body_limit(request: HttpRequest) -> int:
    """Where a setting's pattern fits the path, its limit."""
    limits: dict[str, int] = settings.MAX_BODY_BYTES_AT
    here = (limit for pattern, limit in limits.items() if fnmatchcase(request.path_info, pattern))
    return next(here, settings.MAX_BODY_BYTES)


def too_large(request: HttpRequest) -> HttpResponse:
    """Refuses a body by what it declares, before any of it is read."""
    limit = f"{body_limit(request) // 1024**2} MB"
    message = f"The request is larger than {limit}. Send pictures of 10 MB at most."
    if _for_program(request):
        return _json(413, "too_large", message)
    return render(request, "413.html", {"message": message}, status=413)


class BodyLimit:
    """Middleware: no body over the limit gets as far as a view, nor on the disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if declared.isascii() and declared.isdigit() and int(declared) > body_limit(request):
            return too_large(request)
        return self.get_response(request)


class Utf8Only:
    """Middleware: no body in another charset gets as far as a view. Some that Python knows are not even of text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        declared = (request.content_params or {}).get("charset") or "utf-8"
        if _codec(declared) in ("utf-8", "ascii"):
            return self.get_response(request)
        if _for_program(request):
            return _json(400, "bad_charset", "Send text as UTF-8; another charset is not understood.")
        return defaults.bad_request(request, BadRequest(declared))


def _codec(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, TooManyFilesSent):
        return render(request, "413.html", {"message": TOO_MANY_FILES}, status=400)
    if _for_program(request):
        return _json(400, "bad_request", "The request could not be understood.")
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_program(request):
        return _json(403, "permission_denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_program(request):
        return _json(404, "not_found", "There is nothing here, or it is not yours.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    if _for_program(request):
        return _json(
            500, "server_error", "Something broke on our side. Try again; if it stays so, tell the people who run the site."
        )
    return defaults.server_error(request)
