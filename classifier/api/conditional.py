"""Requests with conditions: `If-None-Match` spares a reader what it has, `If-Match` a writer what it has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

CHANGED = "This is not what you have seen: it has changed since. Get it anew, look, and send its ETag as If-Match."
KEPT_WITH_304 = ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary")
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of what you have seen. If it has changed since: 412."
)


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = CHANGED


class EntityTags:
    """Middleware: what the API answers to a GET has an ETag, and comes only to those who do not have it already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (request.path_info.startswith("/api/v1/") and request.method in ("GET", "HEAD")):
            return response
        if response.status_code == 200 and isinstance(response, HttpResponse):
            return _with_tag(request, response)
        return response


def _with_tag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response.setdefault("ETag", tag_of(response.content))
    if "Cache-Control" not in response:
        patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
    return not_modified(response) if known(request, response["ETag"]) else response


def tag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def known(request: HttpRequest | Request, tag: str) -> bool:
    """Whether the caller has this already."""
    given = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in given or tag in [one.removeprefix("W/") for one in given]


def not_modified(response: HttpResponseBase) -> HttpResponse:
    answer = HttpResponseNotModified()
    for name in KEPT_WITH_304:
        if name in response:
            answer[name] = response[name]
    answer.cookies = response.cookies
    return answer


class Guarded(APIView):
    """A view whose PUT, PATCH and DELETE honour `If-Match`, with the ETag that its own GET answered.

    Name `IF_MATCH` among their parameters.
    """

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises PreconditionFailed."""
        super().initial(request, *args, **kwargs)
        given = request.headers.get("If-Match")
        if given is None or request.method not in ("PUT", "PATCH", "DELETE"):
            return
        now: Response = self.get(request, *args, **kwargs)  # type: ignore[attr-defined]
        tags = parse_etags(given)
        if "*" not in tags and tag_of(JSONRenderer().render(now.data)) not in tags:
            raise PreconditionFailed
