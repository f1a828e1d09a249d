"""Up to 10,000 pictures in one file, which are read some at a time: an archive of pictures, or an array."""

from __future__ import annotations

from typing import IO

from classifier.sources import archive, array
from classifier.sources.submission import BadSubmission, Submission

NEITHER = "Send a ZIP of pictures, or an array as .npy or .npz."

Found = tuple[str, Submission | BadSubmission]


def count_in(file: IO[bytes]) -> int:
    """How many pictures it holds, as far as can be told without decoding them. Raises BadSubmission."""
    if array.is_array(file):
        return array.count_in(file)
    if archive.is_archive(file):
        return archive.count_in(file)
    raise BadSubmission("bad_bulk_file", NEITHER)


def part_of(file: IO[bytes], start: int, stop: int) -> list[Found]:
    """Those from place `start` to before `stop`, each with its name or what is wrong with it. Raises BadSubmission."""
    return list((array if array.is_array(file) else archive).part_of(file, start, stop))
