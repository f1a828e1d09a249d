"""What every row has that somebody takes for a while: a worker, for whom the row is the job, or a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Self, TypeVar

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

Row = TypeVar("Row", bound=models.Model)
HELD = timedelta(minutes=2)
"""So long a person keeps what they were given to look at."""


class LeasedQuerySet(models.QuerySet[Row]):
    def locked_for_claiming(self) -> Self:
        """SQLite's immediate transactions hold the whole database already."""
        skip = connection.features.has_select_for_update_skip_locked
        return self.select_for_update(skip_locked=True, of=("self",)) if skip else self


class Leased(models.Model):
    """`attempt` is the fencing token: it grows with every claim, so whoever lost the lease writes nothing any more."""

    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class HeldQuerySet(models.QuerySet[Row]):
    def free_for(self, person: models.Model) -> Self:
        """Those that nobody else holds."""
        return self.filter(Q(held_until=None) | Q(held_until__lte=Now()) | Q(held_by=person.pk))

    def hold(self, row: Row, person: models.Model) -> bool:
        """Whether the row is theirs for the next two minutes: one conditional UPDATE decides between two who ask at once."""
        return bool(self.filter(pk=row.pk).free_for(person).update(held_by=person.pk, held_until=Now() + HELD))


class Held(models.Model):
    """A hold keeps others from being given the same; it forbids them nothing."""

    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    held_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
