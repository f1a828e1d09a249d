"""How a file is put together, read before any of it is decoded: a small file may still be made to take minutes.

A progressive JPEG goes over the whole picture once for each scan, and a scan of nothing takes 80 bytes; every chunk of a PNG and
every marker of a JPEG is a step in Python. Both are counted here, at a few milliseconds for the largest file.
"""

from __future__ import annotations

import re

MAX_PARTS = 100_000

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # neither a fill byte, nor a restart, nor an escaped byte of a scan
_SCAN = 0xDA
_END = 0xD9
_BARE = {0x01, 0xC8, 0xD8, _END, *range(0xF0, 0xFE)}  # markers without a length


class TooManyParts(ValueError):
    """The file has more than a hundred thousand chunks, markers or stray bytes between them."""


def scans(data: bytes) -> int:
    """How many times a decoder goes over the picture: 1, but for JPEG. Raises TooManyParts.

    A damaged file is counted as far as it makes sense: what is wrong with it is the decoder's to say.
    """
    if data.startswith(_JPEG):
        return _scans_of_jpeg(data)
    if data.startswith(_PNG):
        _count_chunks(data)
    return 1


def _count_chunks(data: bytes) -> None:
    place = len(_PNG)
    for _ in range(MAX_PARTS):
        if place >= len(data):
            return
        place += 12 + int.from_bytes(data[place : place + 4])
    raise TooManyParts


def _scans_of_jpeg(data: bytes) -> int:
    """Up to the picture's end: a phone's file goes on behind it with other pictures, or a film."""
    place, parts, found = 2, 0, 0
    while marker := _MARKER.search(data, place):
        parts += 1 if found else 1 + marker.start() - place  # the decoder steps over stray bytes one by one
        if parts > MAX_PARTS:
            raise TooManyParts
        kind = marker[1][0]
        if kind == _END and found:
            break
        found += kind == _SCAN
        place = marker.end() if kind in _BARE else marker.end() + max(2, int.from_bytes(data[marker.end() : marker.end() + 2]))
    return found
