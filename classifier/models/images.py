"""What people submitted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import PIL.Image
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import Q

from classifier.ml import pixels
from classifier.ml import strokes as pen
from classifier.ml.strokes import Stroke
from classifier.models.identifiers import uuid7
from classifier.models.people import Person, User, Visitor

if TYPE_CHECKING:
    from numpy.typing import NDArray

IN_ROW_BYTES = 64 * 1024
DISPLAY_SIDE = 256
PREPARED_AS = {"bitmap": pixels.drawing, "photo": pixels.photo}


def storage_name(image: Image, filename: str) -> str:
    """No part of a path ever comes from outside."""
    return f"{folder_of(image.id.int)}/{image.id}"


def folder_of(number: int) -> str:
    """One of 256, by the last two digits of an id."""
    return f"images/{number % 256:02x}"


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, person: Person) -> ImageQuerySet:
        return self.filter(belonging_to(person))

    def with_picture(self) -> ImageQuerySet:
        """Without those whose picture is still at an address."""
        return self.filter(width__gt=0)

    def take_in(self, person: Person, contents: Mapping[str, Callable[[Person], Image]]) -> dict[str, Image]:
        """The person's images by `sha256`: those they have, and the others made and stored. Without their pixels."""
        mine = self.visible_to(person).filter(sha256__in=contents.keys()).defer("pixels", "strokes")
        known = set(mine.values_list("sha256", flat=True))
        new = [make(person) for sha256, make in contents.items() if sha256 not in known]
        self.bulk_create(new, ignore_conflicts=True)  # the same picture may come twice at once
        stored = {image.sha256: image for image in mine}
        for image in new:
            if stored[image.sha256].pk != image.pk:
                image.discard_file()
        return stored


def belonging_to(person: Person, path: str = "") -> Q:
    """The condition under which something is this person's own; `path` leads to the image, such as `image__`."""
    if isinstance(person, Visitor):
        return Q(**{f"{path}visitor": person.key})
    return Q(**{f"{path}owner": person})


class Image(models.Model):
    """Safe, re-encoded pixels, or strokes, with their owner: an account, or a visitor's session until they sign up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="images")
    visitor = models.UUIDField(null=True, blank=True, db_index=True, editable=False)
    source = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    content_type = models.CharField(max_length=50)
    looks_like = models.CharField(max_length=10, blank=True, help_text="drawing or photo; empty where nobody looked")
    strokes = models.JSONField(null=True, blank=True)
    pixels = models.BinaryField(null=True, editable=False)
    file = models.FileField(upload_to=storage_name, null=True, blank=True, max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="image_once_per_owner"),
            models.UniqueConstraint(fields=["visitor", "sha256"], name="image_once_per_visitor"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False, visitor=None) | Q(owner=None, visitor__isnull=False),
                name="image_of_owner_or_visitor",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def keep(self, encoded: bytes) -> None:
        """Hold re-encoded pixels: small ones in the row, where a worker reads them with it, others in storage."""
        if len(encoded) <= IN_ROW_BYTES:
            self.pixels = encoded
        else:
            self.file.save("", ContentFile(encoded), save=False)

    def discard(self) -> None:
        """Remove the image, its predictions and its file."""
        self.delete()
        self.discard_file()

    def discard_file(self) -> None:
        if self.file.name:
            self.file.storage.delete(self.file.name)

    @cached_property
    def picture(self) -> bytes:
        """The bytes to show, of `content_type`."""
        if self.strokes is not None:
            ink = pen.render(self._drawn, DISPLAY_SIDE, line_width=6.0)
            return pixels.encode_picture(PIL.Image.fromarray(255 - ink))[0]
        if self.pixels is not None:
            return bytes(self.pixels)
        with self.file.open("rb") as file:
            content: bytes = file.read()
            return content

    def network_input(self, form: str) -> NDArray[np.uint8]:
        """What a network is given: a "bitmap" (28, 28), ink 255, or a "photo" (32, 32, 3) RGB. KeyError for another form."""
        if form == "bitmap" and self.strokes is not None:
            return pen.render(self._drawn)
        return PREPARED_AS[form](pixels.open_picture(self.picture))

    @property
    def _drawn(self) -> list[Stroke]:
        drawn: list[Any] = self.strokes or []
        return [np.array(stroke[:2], dtype=np.float64) for stroke in drawn]


def owner_fields(person: Person) -> dict[str, User | uuid.UUID]:
    """What an image of this person carries."""
    return {"visitor": person.key} if isinstance(person, Visitor) else {"owner": person}
