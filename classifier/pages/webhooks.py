"""`/accounts/webhooks/`: addresses that are told what is settled, and what became of each delivery."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.actions.create_webhook import TooManyWebhooks, create_webhook
from classifier.actions.delete_webhook import delete_webhook
from classifier.actions.redeliver import redeliver
from classifier.actions.rotate_webhook import rotate_webhook
from classifier.models import Delivery, User, Webhook
from classifier.models.webhooks import EVENTS, MOST_WEBHOOKS
from classifier.pages.visitors import person_behind

SHOWN_DELIVERIES = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """The list, and the form for a new one. A new secret is in the answer to the form alone: it is shown once."""
    if request.method != "POST":
        return _page(request)
    events = [event for event in EVENTS if event in request.POST.getlist("events")]
    if not events:
        return _page(request, problem="Choose at least one event.")
    try:
        return _page(request, new=create_webhook(by=_user(request), url=request.POST.get("url", "").strip(), events=events))
    except ValidationError as error:
        return _page(request, problem=" ".join(error.messages))
    except TooManyWebhooks as error:
        return _page(request, problem=str(error))


@require_POST
@never_cache
@login_required
def rotate(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    own = _own(request, id)
    return _page(request, new=rotate_webhook(by=_user(request), webhook=own))


@require_POST
@login_required
def delete(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    own = _own(request, id)
    delete_webhook(by=_user(request), webhook=own)
    messages.success(request, f"Nothing is sent to {own.url} any more.")
    return redirect("pages:webhooks")


@require_safe
@never_cache
@login_required
def deliveries(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    own = _own(request, id)
    context = {"webhook": own, "deliveries": own.deliveries.all()[:SHOWN_DELIVERIES], "most": SHOWN_DELIVERIES}
    return render(request, "pages/deliveries.html", context)


@require_POST
@login_required
def again(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    own = get_object_or_404(Delivery, pk=id, webhook__owner=_user(request))
    redeliver(by=_user(request), delivery=own)
    messages.success(request, "It is sent once more within seconds.")
    return redirect("pages:deliveries", own.webhook_id)


def _page(request: HttpRequest, new: Webhook | None = None, problem: str = "") -> HttpResponse:
    mine = Webhook.objects.filter(owner=_user(request))
    refused = request.POST.get("url", "") if problem else ""
    context = {"webhooks": mine, "events": EVENTS, "most": MOST_WEBHOOKS, "new": new, "problem": problem, "refused": refused}
    return render(request, "pages/webhooks.html", context, status=400 if problem else 200)


def _own(request: HttpRequest, id: uuid.UUID) -> Webhook:
    return get_object_or_404(Webhook, pk=id, owner=_user(request))


def _user(request: HttpRequest) -> User:
    person = person_behind(request)
    assert isinstance(person, User)  # noqa: S101  login_required saw to it
    return person
