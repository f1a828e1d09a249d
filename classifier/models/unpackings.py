"""Files of many pictures that are still to be unpacked into their batch: the row is the job here too."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import ClassVar

from django.db import models, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Now

from classifier.models.batches import Batch
from classifier.models.classifiers import Classifier
from classifier.models.leases import Leased, LeasedQuerySet
from classifier.models.people import User

LEASE = timedelta(seconds=120)  # a part is 32 pictures of up to 40 megapixels
MOST_CRASHES = 3
MOST_UNDER_WAY = 3
FOLDER = "bulk"
CRASHED = "Three workers did not survive the next of its pictures. Send the others without those."


def storage_name(unpacking: Unpacking, filename: str) -> str:
    """No part of a path ever comes from outside."""
    return f"{FOLDER}/{unpacking.batch_id}"


class UnpackingQuerySet(LeasedQuerySet["Unpacking"]):
    def under_way(self) -> UnpackingQuerySet:
        return self.filter(settled_at=None)

    def of(self, owner: User) -> UnpackingQuerySet:
        return self.under_way().filter(batch__owner=owner)

    def still_to_come(self, owner: User) -> int:
        """How many pictures will have been taken in once all is unpacked."""
        left: int | None = self.of(owner).aggregate(left=Sum(F("total") - F("next_place")))["left"]
        return left or 0

    def claimable(self) -> UnpackingQuerySet:
        """The one that was worked at longest ago first, so that each comes on part by part."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now())
        return self.under_way().filter(free).order_by(F("worked_at").asc(nulls_first=True), "batch_id")

    def held(self, unpacking: Unpacking) -> UnpackingQuerySet:
        """It, if whoever claimed it so still has it."""
        return self.under_way().filter(pk=unpacking.pk, attempt=unpacking.attempt)


class Unpacking(Leased):
    """Where a batch's pictures come from, and how far that has come."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, primary_key=True, related_name="unpacking")
    classifier = models.ForeignKey(
        Classifier, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="Empty: each picture decides"
    )
    file = models.FileField(upload_to=storage_name, max_length=200)
    total = models.PositiveIntegerField(help_text="Pictures, as many as could be taken in")
    next_place = models.PositiveIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0, help_text="Claims since the last part that came to an end")
    worked_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, help_text="Why the rest was not unpacked")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = UnpackingQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["worked_at"], condition=Q(settled_at=None), name="unpacking_pending"),
        ]

    def __str__(self) -> str:
        return str(self.batch_id)

    def settle(self, problem: str = "") -> None:
        """Nothing more comes; what did not come was not part of it. The file goes."""
        self.problem, self.total, self.lease_until = problem, self.next_place, None
        Unpacking.objects.filter(pk=self.pk).update(problem=problem, total=self.total, lease_until=None, settled_at=Now())
        transaction.on_commit(partial(self.file.storage.delete, str(self.file.name)))


def bulk_line(owner: User) -> uuid.UUID:
    """A line beside that of the person's single pictures: they do not wait behind their own bulk."""
    return uuid.uuid5(owner.line, "bulk")
