"""What can be asked about: a file, an address, a picture's bytes, or strokes."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from doodle_client.errors import BadInput

Strokes: TypeAlias = Sequence[Sequence[Sequence[float]]]
Picture: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes] | Strokes

LARGEST_PICTURE = 10 * 1024 * 1024
TOO_LARGE = f"A picture may have {LARGEST_PICTURE // 1024**2} MB at most. Send a smaller one."
NOT_STROKES = "Strokes are a JSON list [[[x, …], [y, …]], …], or an object with such a list as `strokes` or `drawing`."


@dataclass(frozen=True, kw_only=True)
class Sendable:
    """Exactly one of the three."""

    content: bytes | None = None
    address: str | None = None
    strokes: Any = None

    def as_json(self) -> dict[str, Any]:
        """As the fields of a request in JSON."""
        if self.content is not None:
            return {"image_base64": base64.b64encode(self.content).decode()}
        return {"strokes": self.strokes} if self.address is None else {"image_url": self.address}


def opened(picture: Picture) -> Sendable:
    """A text is an address if it starts with http:// or https://, else a path; a path ending in .json holds strokes.

    Raises BadInput.
    """
    if isinstance(picture, str) and picture.lower().startswith(("http://", "https://")):
        return Sendable(address=picture)
    if isinstance(picture, str | os.PathLike):
        return _of_path(Path(picture))
    if isinstance(picture, bytes):
        return _of_content(picture)
    if isinstance(picture, Sequence):
        return Sendable(strokes=picture)
    return _of_content(picture.read(LARGEST_PICTURE + 1))


def sendable(picture: Picture | Sendable) -> Sendable:
    """Opens what is not open yet. Raises BadInput."""
    return picture if isinstance(picture, Sendable) else opened(picture)


def from_stream(stream: IO[bytes]) -> Sendable:
    """A picture, or strokes where the bytes start as JSON does. Raises BadInput."""
    content = stream.read(LARGEST_PICTURE + 1)
    return _of_json(content) if content.lstrip()[:1] in (b"[", b"{") else _of_content(content)


def _of_path(path: Path) -> Sendable:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_PICTURE + 1)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}.") from error
    return _of_json(content) if path.suffix.lower() == ".json" else _of_content(content)


def _of_content(content: bytes) -> Sendable:
    if not content:
        raise BadInput("There is no picture: the file is empty.")
    if len(content) > LARGEST_PICTURE:
        raise BadInput(TOO_LARGE)
    return Sendable(content=content)


def _of_json(content: bytes) -> Sendable:
    if len(content) > LARGEST_PICTURE:
        raise BadInput(TOO_LARGE)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{NOT_STROKES} What came is no JSON: {error}") from error
    strokes = data.get("strokes", data.get("drawing")) if isinstance(data, dict) else data
    if not isinstance(strokes, list):
        raise BadInput(NOT_STROKES)
    return Sendable(strokes=strokes)
