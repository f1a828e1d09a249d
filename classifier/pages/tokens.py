"""`/accounts/tokens/`: programs that may act for somebody, until they may no more."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from classifier.actions.issue_token import allowed_scopes, issue_token
from classifier.actions.revoke_token import revoke_token
from classifier.models import ApiToken
from classifier.pages.visitors import account_behind

MEANINGS = {
    "read": "read: look at what is yours",
    "predict": "predict: send pictures, and delete them",
    "review": "review: say what is right",
    "train": "train: make classifiers, and train them",
    "admin": "admin: make tokens, and all the rest",
}
LIFETIMES = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "never")]


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(label="It may", error_messages={"required": "Choose at least one thing that it may do."})
    days = forms.ChoiceField(label="Ends after", choices=LIFETIMES, required=False, initial="90")

    def __init__(self, allowed: Sequence[str], given: QueryDict | None = None) -> None:
        super().__init__(given, initial={"scopes": allowed})
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(scope, MEANINGS[scope]) for scope in allowed]

    def wanted(self) -> dict[str, Any]:
        """What issue_token takes."""
        days = self.cleaned_data["days"]
        expires_at = timezone.now() + timedelta(days=int(days)) if days else None
        return {"name": self.cleaned_data["name"], "scopes": self.cleaned_data["scopes"], "expires_at": expires_at}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form for a new one. A new secret is in the answer to the form alone: it is shown once."""
    account = account_behind(request)
    allowed = allowed_scopes(account)
    if request.method != "POST":
        return _page(request, TokenForm(allowed))
    form = TokenForm(allowed, request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    token, secret = issue_token(by=account, **form.wanted())
    return _page(request, TokenForm(allowed), new=token, secret=secret)


@require_POST
@login_required
def revoke(request: HttpRequest, id: uuid.UUID) -> HttpResponse:
    account = account_behind(request)
    own = get_object_or_404(ApiToken, pk=id, user=account)
    revoke_token(by=account, token=own)
    messages.success(request, f"The token {own.name} opens nothing any more.")
    return redirect("pages:tokens")


def _page(request: HttpRequest, form: TokenForm, status: int = 200, **new: Any) -> HttpResponse:
    mine = ApiToken.objects.filter(user=account_behind(request)).order_by("-id")
    context = {"tokens": mine, "form": form, "now": timezone.now(), **new}
    return render(request, "pages/tokens.html", context, status=status)
