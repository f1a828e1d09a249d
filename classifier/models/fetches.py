"""Pictures that are still at an address, and the queue in which they are fetched: the row is the job here too."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from classifier.models.leases import Leased, LeasedQuerySet
from classifier.models.predictions import Prediction

LEASE = timedelta(seconds=60)  # 10 s for the network, the rest for decoding on a busy machine
MAX_ATTEMPTS = 3
AT_ONCE_FOR_ONE = 2


class FetchQuerySet(LeasedQuerySet["Fetch"]):
    def running(self) -> FetchQuerySet:
        return self.filter(settled_at=None, lease_until__gte=Now())

    def claimable(self) -> FetchQuerySet:
        """Rows that wait, and rows whose worker has not come back within its lease."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), settled_at=None)

    def of_people_with_room(self) -> FetchQuerySet:
        """Not of those for whom two are under way: a slow host keeps others' pictures waiting as little as others' drawings."""
        rows = self
        people = Fetch.objects.running().values_list("prediction__image__owner", "prediction__image__visitor")
        for (owner, visitor), number in Counter(people).items():
            if number >= AT_ONCE_FOR_ONE:
                rows = rows.exclude(prediction__image__owner=owner, prediction__image__visitor=visitor)
        return rows


class Fetch(Leased):
    """Where a prediction's picture comes from, and how far it has come."""

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="fetch")
    url = models.CharField(max_length=2000)
    made_for = models.UUIDField(
        db_index=True, editable=False, help_text="The image's id at first: it goes where the picture is known"
    )
    chooses = models.BooleanField(default=False, help_text="Whether the picture decides which classifier answers")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FetchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "fetches"
        indexes: ClassVar = [
            models.Index(fields=["prediction"], condition=Q(settled_at=None), name="fetch_pending"),
        ]

    def __str__(self) -> str:
        return self.url
