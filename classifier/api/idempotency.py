"""`Idempotency-Key`: a call that is sent again, because its answer was lost, takes effect once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.actions.answer_once import begin_once, forget_call, keep_answer
from classifier.models import KeyedCall, User, Visitor
from classifier.models.identifiers import uuid7

REPEATED = "Idempotency-Replayed"
KEPT_HEADERS = ("Location", "Retry-After")
SHOWN_ONCE = "This call took effect, and its secret was shown then, this once. Revoke what it made; use a new key for another."
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description=(
        "Of your choice, new for each new request, such as a UUID. The same request with the same key takes effect once: within "
        f"24 hours it is answered as the first time, with `{REPEATED}: true`. The key with another request is a 409."
    ),
)


class SecretShown(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "secret_shown_once"
    default_detail = SHOWN_ONCE


class Repeated(Exception):
    """This call was answered before."""

    def __init__(self, call: KeyedCall) -> None:
        self.call = call


class Idempotent(APIView):
    """A view whose POST takes effect once per Idempotency-Key. Name `IDEMPOTENCY_KEY` among its parameters.

    What is refused takes no effect, so its key may be used again. What an answer shows once is not kept.
    """

    shown_once = False
    keyed: KeyedCall | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises Repeated, KeyReused, KeyInUse and ValidationError."""
        super().initial(request, *args, **kwargs)
        if request.method != "POST" or (key := key_of(request)) is None:
            return
        call, new = begin_once(by=_sender(request), key=key, request=_asked(request))
        if not new:
            raise Repeated(call)
        self.keyed = call

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Repeated):
            return self._again(exc.call)
        if self.keyed:
            forget_call(call=self.keyed)
            self.keyed = None
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.keyed and answer.status_code >= 400:
            forget_call(call=self.keyed)
        elif self.keyed:
            headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
            body = None if self.shown_once else json.loads(JSONRenderer().render(answer.data))
            keep_answer(call=self.keyed, status=answer.status_code, body=body, headers=headers)
        return answer

    def _again(self, call: KeyedCall) -> Response:
        if self.shown_once:
            return super().handle_exception(SecretShown())
        return Response(call.body, call.status, headers={**call.headers, REPEATED: "true"})


def key_of(request: Request) -> str | None:
    """Raises ValidationError."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= 200 and key.isprintable() and key.isascii()):
        raise serializers.ValidationError({"Idempotency-Key": ["Give 1 to 200 printable ASCII characters."]})
    return key


def _sender(request: Request) -> User | Visitor:
    """Without an account, whoever is at the same address."""
    return request.user if isinstance(request.user, User) else Visitor(uuid7(), request.META.get("REMOTE_ADDR", ""))


def _asked(request: Request) -> bytes:
    """The address and all fields; two uploads of the same files are the same, whatever separates their parts."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if isinstance(request.data, QueryDict):
        for part in _parts(request.data):
            digest.update(hashlib.sha256(part).digest())
    else:
        digest.update(json.dumps(request.data, sort_keys=True).encode())
    return digest.digest()


def _parts(data: QueryDict) -> Iterator[bytes]:
    for name, values in sorted(data.lists()):
        yield name.encode()
        yield from map(_content, values)


def _content(value: str | UploadedFile[Any]) -> bytes:
    if isinstance(value, str):
        return value.encode()
    content: bytes = value.read()
    value.seek(0)
    return content
