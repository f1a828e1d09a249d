"""`/people/`: an administrator appoints reviewers and maintainers."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classifier import policy
from classifier.actions.appoint_person import GROUPS, UnknownGroup, appoint_person
from classifier.models import User
from classifier.pages.visitors import account_behind, only_where

PAGE = 50

administrators_only = only_where(policy.require_administrator)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    searched = request.GET.get("q", "").replace("\0", "").strip()[:150]
    if request.method == "POST":
        _appoint(request)
        return redirect(f"{reverse('pages:people')}?{urlencode({'q': searched, 'page': request.GET.get('page', 1)})}")
    found = User.objects.prefetch_related("groups").order_by("username")
    if searched:
        found = found.filter(Q(username__icontains=searched) | Q(email__icontains=searched))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [(person, {group.name for group in person.groups.all()}) for person in page]
    context = {"page": page, "rows": rows, "groups": GROUPS, "searched": searched, "query": urlencode({"q": searched})}
    return render(request, "pages/people.html", context)


def _appoint(request: HttpRequest) -> None:
    username, groups = request.POST.get("username", ""), request.POST.getlist("group")
    try:
        person = appoint_person(by=account_behind(request), username=username, groups=groups)
    except User.DoesNotExist as error:
        raise Http404 from error
    except UnknownGroup as problem:
        messages.error(request, str(problem))
    else:
        named = " and ".join(group.removesuffix("s") for group in GROUPS if group in groups)
        messages.success(request, f"{person.username} is {named or 'neither reviewer nor maintainer'} now.")
