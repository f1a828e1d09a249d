"""Files from the net or from another folder, whole or not at all; what broke off goes on where it stopped."""

from __future__ import annotations

import base64
import hashlib
import http.client
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

Report = Callable[[int, int | None], None]
"""Is told how many bytes have come, of how many if that is known."""

SCHEMES = ("http", "https", "file")
PAUSES = (1.0, 2.0, 4.0)
"""Seconds before each new try; they begin anew when something came."""
TIMEOUT_S = 30.0
CHUNK = 64 * 1024
_TRY_AGAIN = (408, 416, 429, 500, 502, 503, 504)


class DownloadFailed(ValueError):
    """A file could not be brought; the message says which, why, and what to do."""


class _BrokeOff(Exception):
    """It may go better the next time."""


def fetch(url: str, path: Path, report: Report, *, md5: str | None = None) -> int:
    """Bring the file at an http, https or file URL to `path`, and return its size in bytes.

    It grows as `path.part` and takes its name when its length and its checksum are right: `md5` (hex), or what the server
    says in `x-goog-hash`. Without either, the length alone is checked. A later call asks for what is missing (`Range`) where
    the server had given an ETag or a date by which it can tell that the file is still the same, and begins anew otherwise.
    Raises DownloadFailed, or OSError where it cannot be written.
    """
    if urlsplit(url).scheme not in SCHEMES:
        raise DownloadFailed(f"{url} cannot be downloaded: the address must begin with http://, https:// or file://.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _Part(path)
    promised = _persist(url, part, report)
    _check(url, part, md5 or promised)
    part.file.replace(path)
    part.forget()
    return path.stat().st_size


def unpack(archive: Path, member: str, folder: Path) -> Path:
    """Unpack the folder `member` of a tar archive into `folder`, whole or not at all, and nothing outside of it.

    Raises DownloadFailed if the archive is damaged, holds no such folder, or something that reaches out of it.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{member}.") as scratch:
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(scratch, filter="data")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise DownloadFailed(f"{archive} cannot be unpacked: {error}") from error
        if not Path(scratch, member).is_dir():
            raise DownloadFailed(f"{archive} holds no folder {member}.")
        return Path(scratch, member).replace(folder / member)


class _Part:
    """What has come so far, and the ETag or date of the file that it is a part of."""

    def __init__(self, path: Path) -> None:
        self.file = path.with_name(f"{path.name}.part")
        self._version = path.with_name(f"{path.name}.part.version")

    @property
    def size(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    def wanted(self) -> dict[str, str]:
        """The headers that ask for the rest, if the server can tell that it is the same file's."""
        if not self.size or not self._version.exists():
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._version.read_text()}

    def opened(self, answer: Any) -> IO[bytes]:
        """The file, placed where the answer goes on. Raises _BrokeOff if that is nowhere in it."""
        if answer.status == http.client.PARTIAL_CONTENT:
            if not str(answer.headers["Content-Range"]).startswith(f"bytes {self.size}-"):
                self.forget()
                raise _BrokeOff("the server sent another part than it was asked for")
            return self.file.open("ab")
        self.forget()
        if version := _version(answer.headers):
            self._version.write_text(version)
        return self.file.open("wb")

    def forget(self) -> None:
        self._version.unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)


def _version(headers: Message) -> str | None:
    tag = headers["ETag"]
    return tag if tag and not tag.startswith("W/") else headers["Last-Modified"]


def _persist(url: str, part: _Part, report: Report) -> str | None:
    """Receive until all is there, trying again as long as more comes. Returns the MD5 that the server promises."""
    pauses = iter(PAUSES)
    while True:
        before = part.size
        try:
            return _receive(url, part, report)
        except _BrokeOff as error:
            pauses = iter(PAUSES) if part.size > before else pauses
            pause = next(pauses, None)
            if pause is None:
                raise DownloadFailed(f"{url}: {error}. {part.size:,} bytes are here; call it again to go on.") from error
            time.sleep(pause)


def _receive(url: str, part: _Part, report: Report) -> str | None:
    with _answer(url, part) as answer, part.opened(answer) as file:
        done = file.tell()
        length = answer.headers["Content-Length"]
        whole = None if length is None else done + int(length)
        report(done, whole)
        for chunk in _chunks(answer):
            done += file.write(chunk)
            report(done, whole)
    if whole is not None and done != whole:
        raise _BrokeOff(f"the connection broke off after {done:,} of {whole:,} bytes")
    return _promised_md5(answer.headers)


def _answer(url: str, part: _Part) -> Any:
    request = Request(url, headers={"User-Agent": "doodle-site", **part.wanted()})  # noqa: S310 - SCHEMES were checked
    try:
        return urlopen(request, timeout=TIMEOUT_S)  # noqa: S310
    except HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.forget()
        if error.code in _TRY_AGAIN:
            raise _BrokeOff(f"the server answered {error.code} {error.reason}") from error
        raise DownloadFailed(f"{url}: the server answered {error.code} {error.reason}. Is the address right?") from error
    except URLError as error:
        raise _BrokeOff(f"it cannot be reached: {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _BrokeOff(f"the connection broke off: {error}") from error


def _chunks(answer: Any) -> Iterator[bytes]:
    try:
        while chunk := answer.read(CHUNK):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise _BrokeOff(f"the connection broke off: {error}") from error


def _promised_md5(headers: Message) -> str | None:
    """What Google's storage says of a file: `x-goog-hash: crc32c=…,md5=…`, in one header or two."""
    hashes = [item.strip() for value in headers.get_all("x-goog-hash", []) for item in value.split(",")]
    found = [item.removeprefix("md5=") for item in hashes if item.startswith("md5=")]
    return base64.b64decode(found[0]).hex() if found else None


def _check(url: str, part: _Part, md5: str | None) -> None:
    if md5 is None:
        return
    with part.file.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5:
        part.forget()
        raise DownloadFailed(f"{url}: its MD5 is {found}, but {md5} was promised. It was thrown away; download it again.")
