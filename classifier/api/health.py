"""`/livez` and `/readyz`, for whoever runs the site."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from classifier.models import Classifier, ModelVersion, Worker


@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """The web process answers; nothing else is touched."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where a picture sent now would be answered, else 503 with what is missing."""
    try:
        missing = _missing()
    except DatabaseError:
        missing = ["database"]
    status = {"status": "unavailable", "missing": missing} if missing else {"status": "ok"}
    return JsonResponse(status, status=503, headers={"Retry-After": "5"}) if missing else JsonResponse(status)


def _missing() -> list[str]:
    found = {"worker": Worker.objects.alive().exists(), "classifier": Classifier.objects.exists()}
    live = set(ModelVersion.objects.live().values_list("classifier__slug", flat=True))
    found |= {f"live version of {slug}": slug in live for slug in Classifier.objects.values_list("slug", flat=True)}
    return [name for name, there in found.items() if not there]
