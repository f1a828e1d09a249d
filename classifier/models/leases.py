"""The row is the job: what every row has that a worker takes for a while."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


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
