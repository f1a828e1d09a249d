"""How much may still be sent, told with every answer to a picture: the `RateLimit` header fields for HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.api.authentication import caller
from classifier.models import User
from classifier.policy import Allowance, allowances

POLICY = (
    'The limits: `"pictures"` of the account and `"token"` of the token that was sent, each `q` pictures in `w` seconds, and '
    '`"kept"`, how many are kept in all. As in `"pictures";q=250;w=5, "token";q=200;w=4, "kept";q=20000`.'
)
LEFT = 'What they leave: `r` now, all again in `t` seconds. As in `"pictures";r=249;t=1, "token";r=199;t=1, "kept";r=19999`.'
RETRY = "With 202, when to look again. With 429, when this fits; it is missing where waiting does not help."
ANSWERS = [200, 202, 429]

LIMITS = [
    OpenApiParameter("RateLimit-Policy", str, OpenApiParameter.HEADER, description=POLICY, response=ANSWERS),
    OpenApiParameter("RateLimit", str, OpenApiParameter.HEADER, description=LEFT, response=ANSWERS),
    OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, description=RETRY, response=[202, 429]),
]


class Limited(APIView):
    """A view whose POST takes pictures in. Name `LIMITS` among its parameters."""

    sender: User | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.sender = caller(request) if request.method == "POST" else None

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.sender:
            found = allowances(self.sender)
            answer["RateLimit-Policy"] = _fields((one.name, {"q": one.quota, "w": one.window}) for one in found)
            answer["RateLimit"] = _fields(_left(one) for one in found)
        return answer


def _left(allowance: Allowance) -> tuple[str, dict[str, int | None]]:
    return allowance.name, {"r": allowance.remaining, "t": allowance.reset}


def _fields(named: Iterable[tuple[str, dict[str, int | None]]]) -> str:
    """A list of strings with parameters, as RFC 9651 writes it."""
    return ", ".join(f'"{name}"' + _parameters(values) for name, values in named)


def _parameters(values: dict[str, int | None]) -> str:
    return "".join(f";{key}={value}" for key, value in values.items() if value is not None)
