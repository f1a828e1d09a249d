"""On `/workshop/versions/<id>/`: a candidate that answers unseen beside the live version, and where the two differ."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from classifier import policy
from classifier.actions.shadow_version import CannotShadow, shadow_version, unshadow_version
from classifier.models import ModelVersion, Sample, ShadowAnswer, User
from classifier.models.shadows import ShadowReport
from classifier.models.versions import Stage
from classifier.pages.visitors import account_behind
from classifier.pages.workshop import maintainers_only


class Difference(NamedTuple):
    """A picture that was answered differently, and where to look at it."""

    answer: ShadowAnswer
    link: str


@maintainers_only
@require_POST
def shadow(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    try:
        found = shadow_version(by=account_behind(request), version=get_object_or_404(ModelVersion, pk=id))
        messages.success(request, f"{found} is asked, too, from now on. Nobody sees its answers but here.")
    except CannotShadow as error:
        messages.error(request, str(error))
    return redirect("pages:workshop-version", id)


@maintainers_only
@require_POST
def unshadow(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    found = unshadow_version(by=account_behind(request), version=get_object_or_404(ModelVersion, pk=id))
    messages.success(request, f"{found} is asked no more. What it answered stays here.")
    return redirect("pages:workshop-version", id)


def beside_the_live_one(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    """What partials/workshop_shadow.html needs: nothing where the version was never asked and cannot be."""
    viewer = account_behind(request)
    report = ShadowReport.of(version, policy.images_open_to(viewer))
    if version.stage != Stage.CANDIDATE and not report.asked:
        return {}
    return {"shadow": report, "differences": _differences(report.pictures, version, viewer)}


def _differences(answers: Sequence[ShadowAnswer], version: ModelVersion, viewer: User) -> list[Difference]:
    """Where a reviewer may decide the link leads there, to a sample of the version's own classifier if there is one."""
    samples = Sample.objects.open_to_reviewers().filter(image__in=[answer.prediction.image_id for answer in answers])
    open_here = samples.values_list("image", "classifier", "pk") if policy.may_review(viewer) else []
    own_last = sorted(open_here, key=lambda row: row[1] == version.classifier_id)
    decided_at = {image: reverse("pages:review-sample", args=[id]) for image, _, id in own_last}
    return [Difference(answer, _link(answer.prediction.image_id, decided_at)) for answer in answers]


def _link(image: uuid.UUID, decided_at: dict[uuid.UUID, str]) -> str:
    return decided_at.get(image) or reverse("pages:result", args=[image])
