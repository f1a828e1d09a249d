"""Pictures in a ZIP. Everything that an archive says of itself is doubted: only what is read counts.

Nothing is unpacked to a disk; names are shown to people and never used as paths.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

from classifier.ml.pixels import MAX_BYTES
from classifier.sources.submission import BadSubmission, Submission

MAX_INFLATED = 100 * 1024 * 1024
MAX_RATIO = 500  # drawings as BMP stay under 400, nothing but zeros comes to 1,000
RATIO_COUNTS_FROM = 1024 * 1024
CHUNK = 4 * 1024  # the least that zipfile reads ahead: with it, what was read tells the ratio so far
MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
NESTED = (".zip", ".jar", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # Python inflates the others without a bound on memory
ENCRYPTED = 0x1
HEADER_BYTES = 30
SHOWN_NAME = 200

DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)

Found = tuple[str, Submission | BadSubmission]

BROKEN = "The archive is damaged or of an unusual kind. Make a plain ZIP of the pictures and send that."
LOCKED = "The archive is locked with a password. Send it without one."
BOMB = "The archive unpacks to far more than it should. Send the pictures themselves."
TOO_LARGE = f"The archive holds more than {MAX_INFLATED // 1024**2} MB. Send the pictures in several archives."
NO_PICTURE = "There is no picture in the archive."
INNER_ARCHIVE = "This is an archive in the archive. Send its pictures themselves."
PICTURE_TOO_LARGE = f"A picture may have {MAX_BYTES // 1024**2} MB at most. Send a smaller one."


@dataclass(frozen=True)
class Bounds:
    """How much an archive may hold. `read` of it at once: opening reads the whole directory, before its entries are counted."""

    pictures: int
    entries: int
    read: int

    @property
    def too_many_entries(self) -> str:
        return f"The archive has too many files in it: {self.entries:,} at most."

    @property
    def too_many(self) -> str:
        return f"The archive has more than {self.pictures:,} pictures. Send them in several archives."


AT_ONCE = Bounds(pictures=64, entries=1_000, read=512 * 1024)
IN_BULK = Bounds(pictures=10_000, entries=20_000, read=4 * 1024 * 1024)


def is_archive(file: IO[bytes]) -> bool:
    """Whether the file begins as a ZIP does. No picture does."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in MAGIC


def from_archive(file: IO[bytes]) -> Iterator[Found]:
    """Each picture with its name, or what is wrong with it. Raises BadSubmission where the archive as a whole is refused.

    What was handed out before the refusal is to be thrown away.
    """
    with _opened(file, AT_ONCE) as (archive, entries, sips):
        for name, content in _contents(archive, entries, sips):
            if not content.startswith(MAGIC):
                yield name, submission_of(content)


def count_in(file: IO[bytes]) -> int:
    """How many pictures an archive with up to 10,000 says that it holds. Raises BadSubmission."""
    with _opened(file, IN_BULK) as (_, entries, _):
        return len(entries)


def part_of(file: IO[bytes], start: int, stop: int) -> Iterator[Found]:
    """Some of them, by their places; an archive among them is refused alone. Raises BadSubmission as `from_archive` does."""
    with _opened(file, IN_BULK) as (archive, entries, sips):
        for name, content in _contents(archive, entries[start:stop], sips):
            yield name, BadSubmission("bad_archive", INNER_ARCHIVE) if content.startswith(MAGIC) else submission_of(content)


def files_in(file: IO[bytes], bounds: Bounds) -> Iterator[tuple[str, bytes]]:
    """Each file's whole name, and its bytes: one too many of a file that has more than a picture may. Raises BadSubmission."""
    with _opened(file, bounds) as (archive, entries, sips):
        yield from _inflated_each(archive, entries, sips)


@contextmanager
def _opened(file: IO[bytes], bounds: Bounds) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo], _Sips]]:
    try:
        sips = _Sips(file, bounds)
        with zipfile.ZipFile(cast("IO[bytes]", sips)) as archive:
            yield archive, _pictures_in(archive, bounds), sips
    except BadSubmission:
        raise
    except DAMAGED as error:
        raise BadSubmission("bad_archive", BROKEN) from error


def _contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], sips: _Sips) -> Iterator[tuple[str, bytes]]:
    for name, content in _inflated_each(archive, entries, sips):
        yield _shown(name), content


def _inflated_each(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], sips: _Sips) -> Iterator[tuple[str, bytes]]:
    budget = MAX_INFLATED
    for entry in entries:
        content = _inflated(archive, entry, sips, budget)
        budget -= len(content)
        yield entry.filename, content


class _Sips:
    """A file that refuses to be swallowed: an archive that lies about its directory costs half a megabyte, in bulk four."""

    def __init__(self, file: IO[bytes], bounds: Bounds) -> None:
        self.seek, self.tell, self._file = file.seek, file.tell, file
        self._bounds = bounds
        self.taken = 0

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        most = self._bounds.read
        content = self._file.read(most + 1 if size < 0 else min(size, most + 1))
        if len(content) > most:
            raise BadSubmission("bad_archive", self._bounds.too_many_entries)
        self.taken += len(content)
        return content


def _pictures_in(archive: zipfile.ZipFile, bounds: Bounds) -> list[zipfile.ZipInfo]:
    """What is to be read, judged by the directory alone. Raises BadSubmission."""
    listed = archive.infolist()
    pictures = [entry for entry in listed if not _is_beside_the_point(entry)]
    refusals = (
        (len(listed) > bounds.entries, bounds.too_many_entries),
        (_overlap(listed, archive.start_dir), BOMB),
        (not pictures, NO_PICTURE),
        (len(pictures) > bounds.pictures, bounds.too_many),
        (any(entry.flag_bits & ENCRYPTED for entry in pictures), LOCKED),
        (any(entry.compress_type not in METHODS for entry in pictures), BROKEN),
    )
    for refused, message in refusals:
        if refused:
            raise BadSubmission("bad_archive", message)
    return pictures


def _is_beside_the_point(entry: zipfile.ZipInfo) -> bool:
    """Folders, links, other archives, and what systems put in unasked."""
    parts = [part for part in entry.filename.replace("\\", "/").split("/") if part]
    hidden = not parts or parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1] in ("Thumbs.db", "desktop.ini")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    plain = kind in (0, stat.S_IFREG) and not entry.is_dir()
    return hidden or not plain or parts[-1].lower().endswith(NESTED)


def _overlap(entries: list[zipfile.ZipInfo], directory: int) -> bool:
    """Whether entries share bytes, as in a bomb that unpacks the same kernel again and again."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + HEADER_BYTES + entry.compress_size
    return end > directory


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, sips: _Sips, budget: int) -> bytes:
    """The entry's bytes, or the first of them where a picture may not have as many. Raises BadSubmission."""
    content, before = bytearray(), sips.taken
    with archive.open(entry) as file:
        while len(content) <= MAX_BYTES and (chunk := file.read(CHUNK)):
            content += chunk
            if len(content) > budget:
                raise BadSubmission("bad_archive", TOO_LARGE)
            if len(content) > max(RATIO_COUNTS_FROM, (sips.taken - before) * MAX_RATIO):
                raise BadSubmission("bad_archive", BOMB)
    return bytes(content)


def submission_of(content: bytes, source: str = "archive") -> Submission | BadSubmission:
    """The picture, or what is wrong with it."""
    if len(content) > MAX_BYTES:
        return BadSubmission("image_too_large", PICTURE_TOO_LARGE)
    try:
        return Submission.of_picture(content, source)
    except BadSubmission as refusal:
        return refusal.bare()


def _shown(name: str) -> str:
    """The last part of the name, without characters that turn or hide text."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:SHOWN_NAME]
