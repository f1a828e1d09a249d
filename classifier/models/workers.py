"""Who is there to answer, and to fetch."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

ALIVE_FOR = timedelta(seconds=4)


class Job(models.TextChoices):
    """What a worker does. It takes the first two to answer about a picture at an address."""

    ANSWERING = "answering"
    FETCHING = "fetching"
    TRAINING = "training"


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self, job: str = Job.ANSWERING) -> WorkerQuerySet:
        """Those seen within four seconds; they beat every second, so a dead one is noticed within five."""
        return self.filter(job=job, seen_at__gt=Now() - ALIVE_FOR)

    def jobs_attended(self) -> set[str]:
        """The jobs for which somebody is alive."""
        return set(self.filter(seen_at__gt=Now() - ALIVE_FOR).values_list("job", flat=True).distinct())

    def beat(self, name: str, job: str = Job.ANSWERING) -> None:
        self.update_or_create(name=name, defaults={"seen_at": Now(), "job": job})

    def next_round(self) -> int:
        """After the last turn that any of them has begun to serve."""
        last = self.aggregate(last=models.Max("turn"))["last"]
        return 0 if last is None else last + 1

    def leave(self, name: str) -> None:
        self.filter(name=name).delete()


class Worker(models.Model):
    """A process that answers predictions or fetches their pictures, with the last time that it was seen."""

    name = models.CharField(max_length=200, unique=True)
    job = models.CharField(max_length=20, choices=Job.choices, default=Job.ANSWERING)
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    turn = models.PositiveBigIntegerField(null=True, editable=False, help_text="The last that it claimed")

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
