"""`/news/`: what of somebody's own is under way. A page that saw it before tells them when it is done."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from classifier.models import Batch, Person, TrainingRun, User
from classifier.pages.visitors import person_behind

MOST = 20


@require_safe
@cache_control(private=True, no_cache=True)
def news(request: HttpRequest) -> HttpResponse:
    """`{under_way: [{id, done, url}]}`: `done` is what to say when it is not among them any more."""
    answer = JsonResponse({"under_way": _under_way(person_behind(request))})
    etag = f'"{sha256(answer.content).hexdigest()[:32]}"'
    found: HttpResponse = HttpResponseNotModified() if request.headers.get("If-None-Match") == etag else answer
    found["ETag"], found["Vary"] = etag, "Cookie"
    return found


def _under_way(person: Person) -> list[dict[str, str]]:
    batches = Batch.objects.visible_to(person).lately_unsettled()[:MOST]
    found = [_entry(batch.pk, "Your pictures are answered.", reverse("pages:batch", args=[batch.pk])) for batch in batches]
    if isinstance(person, User):
        runs = TrainingRun.objects.active().filter(requested_by=person)[:MOST]
        found += [_entry(run.pk, "Your training run is over.", reverse("pages:workshop-run", args=[run.pk])) for run in runs]
    return found


def _entry(id: object, done: str, url: str) -> dict[str, str]:
    return {"id": str(id), "done": done, "url": url}
