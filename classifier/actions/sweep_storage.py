"""Remove files that no row has: a crash between storage and commit leaves one, and so does an account that is deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from classifier.models import Image, Unpacking
from classifier.models.images import folder_of
from classifier.models.unpackings import FOLDER

AT_ONCE = 500  # names in one query
SPARED_FOR = timedelta(hours=1)  # a younger file may be of a row that is not committed yet

Rows = QuerySet[Image] | QuerySet[Unpacking]


def sweep_storage(*, step: int) -> int:
    """Look through one of the 256 folders of pictures, the next with each step, and through what is still to be unpacked.

    Returns how many files were removed. What is not named as the site names its files is left alone.
    """
    return _sweep(folder_of(step), Image.objects.all()) + _sweep(FOLDER, Unpacking.objects.under_way())


def _sweep(folder: str, rows: Rows) -> int:
    names = _names_in(folder)
    parts = [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
    orphans = [name for part in parts for name in _orphans(folder, part, rows)]
    for name in orphans:
        default_storage.delete(name)
    return len(orphans)


def _names_in(folder: str) -> list[str]:
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:  # nothing was ever kept there
        return []


def _orphans(folder: str, names: list[str], rows: Rows) -> Iterator[str]:
    """Paths of files that are old enough and that no row names."""
    ids = {f"{folder}/{name}": id for name in names if (id := _id(name))}
    kept = set(rows.filter(pk__in=ids.values()).values_list("file", flat=True))
    for name in ids.keys() - kept:
        with suppress(FileNotFoundError):  # its owner deleted it just now
            if default_storage.get_modified_time(name) < timezone.now() - SPARED_FOR:
                yield name


def _id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name)
    except ValueError:
        return None
