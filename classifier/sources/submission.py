"""What every source ends in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Self

import numpy as np

from classifier.ml import pixels, strokes
from classifier.models.classifiers import Kind
from classifier.models.images import DISPLAY_SIDE, Image, owner_fields
from classifier.models.people import Person


class BadSubmission(ValueError):
    """Nothing to recognise was sent; `code` is stable, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def bare(self) -> BadSubmission:
        """The same to be kept: what was caught holds on to the whole picture, by its traceback."""
        return BadSubmission(self.code, str(self))


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A picture that was decoded and made safe, a drawing's strokes, or an address. Equal content has an equal `sha256`."""

    source: str
    sha256: str
    width: int
    height: int
    content_type: str
    looks_like: str = ""
    picture: bytes | None = None
    strokes: list[list[list[int]]] | None = None
    url: str = ""

    def image_of(self, person: Person) -> Image:
        """A new image of this content, not yet in the database."""
        image = Image(
            **owner_fields(person),
            source=self.source,
            sha256=self.sha256,
            width=self.width,
            height=self.height,
            content_type=self.content_type,
            looks_like=self.looks_like,
            strokes=self.strokes,
        )
        if self.picture is not None:
            image.keep(self.picture)
        return image

    @classmethod
    def of_picture(cls, data: bytes, source: str) -> Self:
        """Decode completely, re-encode without metadata. Raises BadSubmission."""
        try:
            image = pixels.open_picture(data)
        except pixels.BadPicture as error:
            raise BadSubmission(error.code, str(error)) from error
        encoded, content_type = pixels.encode_picture(image)
        content = f"{image.mode} {image.size} ".encode() + image.tobytes()
        sha256 = hashlib.sha256(content).hexdigest()
        width, height = image.size
        return cls(
            source=source, sha256=sha256, width=width, height=height, content_type=content_type,
            looks_like=pixels.looks_like(image), picture=encoded,
        )  # fmt: skip

    @classmethod
    def of_strokes(cls, data: object, source: str) -> Self:
        """Check and align. Raises BadSubmission."""
        try:
            aligned = strokes.parse(data)
        except strokes.BadStrokes as error:
            raise BadSubmission("bad_strokes", str(error)) from error
        kept = [np.rint(stroke).astype(int).tolist() for stroke in aligned]
        sha256 = hashlib.sha256(b"strokes " + json.dumps(kept).encode()).hexdigest()
        return cls(
            source=source, sha256=sha256, width=DISPLAY_SIDE, height=DISPLAY_SIDE, content_type="image/png",
            looks_like=Kind.DRAWING, strokes=kept,
        )  # fmt: skip
