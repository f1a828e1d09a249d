"""Unpacking files of many pictures: claim one, take in its next part, until nothing is left.

In the process that fetches, which loads no TensorFlow; one picture after the other is decoded.
"""

from __future__ import annotations

import logging
import threading

from classifier.actions.claim_unpacking import claim_unpacking
from classifier.actions.unpack_part import unpack_part
from classifier.models import Unpacking
from classifier.sources import bulk
from classifier.sources.submission import BadSubmission

PART = 32

logger = logging.getLogger(__name__)
_unpacking = threading.Lock()


def unpack_waiting() -> None:
    """Part by part, the files in turn, until nothing waits. Nothing where another thread is at it."""
    if not _unpacking.acquire(blocking=False):
        return
    try:
        while unpacking := claim_unpacking():
            _unpack(unpacking)
    finally:
        _unpacking.release()


def _unpack(unpacking: Unpacking) -> None:
    stop = min(unpacking.next_place + PART, unpacking.total)
    try:
        with unpacking.file.open("rb") as file:
            found = bulk.part_of(file, unpacking.next_place, stop)
    except BadSubmission as refusal:
        unpack_part(unpacking=unpacking, found=[], problem=str(refusal))
    else:
        unpack_part(unpacking=unpacking, found=found)
