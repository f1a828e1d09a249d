"""Who is there to answer."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

ALIVE_FOR = timedelta(seconds=4)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self) -> WorkerQuerySet:
        """Those seen within four seconds; they beat every second, so a dead one is noticed within five."""
        return self.filter(seen_at__gt=Now() - ALIVE_FOR)

    def beat(self, name: str) -> None:
        self.update_or_create(name=name, defaults={"seen_at": Now()})

    def leave(self, name: str) -> None:
        self.filter(name=name).delete()


class Worker(models.Model):
    """A process that answers predictions, with the last time that it was seen."""

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
