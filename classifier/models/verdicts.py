"""The words in which people judge a sample, and what becomes of it."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models

from classifier.models.classifiers import Label


class State(models.TextChoices):
    NEW = "new"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    EXCLUDED = "excluded"


class Verdict(models.TextChoices):
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    UNUSABLE = "unusable"
    UNDONE = "undone", "undone (takes another back)"


GIVEN = (Verdict.CONFIRMED, Verdict.CORRECTED, Verdict.UNUSABLE)
LABELLED = (State.ACCEPTED, State.CORRECTED)
DISPUTES = (Verdict.CORRECTED, Verdict.UNUSABLE)


class Reason(models.TextChoices):
    """Why a sample is to be looked at."""

    DISPUTED = "disputed", "called wrong"
    REPORTED = "reported", "reported as unusable"
    SUSPECTED = "suspected", "doubted by the network"
    TIED = "tied", "opinions without a majority"


class Decision(NamedTuple):
    """What holds of a sample, by import or by the last reviewer."""

    state: str
    label: Label | None


class Word(NamedTuple):
    """What an image's owner says of it; nothing said is an empty verdict."""

    verdict: str
    label: Label | None


UNSAID = Word("", None)
