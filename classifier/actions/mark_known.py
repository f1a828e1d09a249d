"""Say that what a sample shows is certain, so that reviewers may be tried with it."""

from __future__ import annotations

from django.db import transaction

from classifier import policy
from classifier.models import Sample, State, User


class NotDecided(Exception):
    """Nobody has decided yet what the sample shows."""

    code = "not_decided"


def mark_known(*, by: User, sample: Sample, known: bool) -> Sample:
    """The sample, marked or no longer. Its place in the queue stays, and what reviewers said of it counts as before.

    Raises policy.MaintainersOnly and NotDecided.
    """
    policy.require_maintainer(by)
    with transaction.atomic():
        held = Sample.objects.select_for_update(of=("self",)).for_showing().get(pk=sample.pk)
        if known and held.state == State.NEW:
            raise NotDecided("Nobody has decided yet what this shows. Decide it first, then say that it is certain.")
        held.known = known
        held.save(update_fields=["known"])
    return held
