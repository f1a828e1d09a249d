"""`/livez` and `/readyz`, for whoever runs the site."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from classifier.models import ModelVersion, Worker


@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """The web process answers; nothing else is touched."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where a picture sent now would be answered, else 503 with what is missing.

    Where a live version's files are damaged and the last good one answers in its place, the status is "degraded".
    """
    try:
        missing, damaged = _missing(), list(map(str, ModelVersion.objects.live().damaged()))
    except DatabaseError:
        missing, damaged = ["database"], []
    if missing:
        unavailable = {"status": "unavailable", "missing": missing, "damaged": damaged}
        return JsonResponse(unavailable, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "degraded", "damaged": damaged} if damaged else {"status": "ok"})


def _missing() -> list[str]:
    """A classifier that people have made and not trained yet is none of it."""
    able = set(ModelVersion.objects.able_to_answer().values_list("classifier__slug", flat=True))
    served = set(ModelVersion.objects.ever_live().values_list("classifier__slug", flat=True))
    found = {"worker": Worker.objects.alive().exists(), "classifier": bool(served)}
    found |= {f"live version of {slug}": slug in able for slug in sorted(served)}
    return [name for name, there in found.items() if not there]
