"""Make somebody a reviewer or a maintainer, or no longer."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.db import transaction

from classifier import policy
from classifier.models import User
from classifier.models.people import MAINTAINERS, REVIEWERS

GROUPS = (REVIEWERS, MAINTAINERS)


class UnknownGroup(ValueError):
    """There is no such group to be in."""

    code, field = "unknown_group", "groups"


def appoint_person(*, by: User, username: str, groups: Collection[str]) -> User:
    """The person is in these of the two groups afterwards, and in no other of them; a change is noted in the admin's log.

    Raises policy.AdministratorsOnly, User.DoesNotExist and UnknownGroup.
    """
    policy.require_administrator(by)
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise UnknownGroup(f"There is no group {unknown[0]!r}. Give some of {', '.join(GROUPS)}, or none.")
    with transaction.atomic():
        person = User.objects.select_for_update().get(username=username)
        before = set(person.groups.filter(name__in=GROUPS).values_list("name", flat=True))
        if before != set(groups):
            person.groups.remove(*Group.objects.filter(name__in=before - set(groups)))
            person.groups.add(*Group.objects.filter(name__in=set(groups) - before))
            _note(by, person, before, set(groups))
    return User.objects.prefetch_related("groups").get(pk=person.pk)


def _note(by: User, person: User, before: set[str], after: set[str]) -> None:
    changes = {"put into": after - before, "taken out of": before - after}
    named = [f"{verb} {', '.join(sorted(names))}" for verb, names in changes.items() if names]
    message = f"Was {' and '.join(named)}."
    LogEntry.objects.log_actions(by.pk, [person], CHANGE, change_message=message)
