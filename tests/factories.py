"""Rows to test with, made through the models as the site makes them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import PIL.Image
import PIL.ImageDraw
from django.utils import timezone

from classifier.models import Batch, BatchFile, Classifier, Image, ModelVersion, Prediction, User, Worker
from classifier.models.images import DISPLAY_SIDE

HOUSE = [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]]
PASSWORD = "a long enough secret"
_numbers = count(1)


def picture(side: int = 400, file_format: str = "PNG", colour: str = "black") -> bytes:
    """A house in one line, on white."""
    image = PIL.Image.new("RGB", (side, side), "white")
    scale = side / 400
    points = [(round((x + 70) * scale), round((y + 70) * scale)) for x, y in zip(*HOUSE[0], strict=True)]
    PIL.ImageDraw.Draw(image).line(points, fill=colour, width=max(1, round(10 * scale)), joint="curve")
    file = io.BytesIO()
    image.save(file, file_format)
    return file.getvalue()


def _sha256() -> str:
    return hashlib.sha256(str(next(_numbers)).encode()).hexdigest()


def make_user(username: str | None = None) -> User:
    name = username or f"person{next(_numbers)}"
    return User.objects.create_user(name, f"{name}@example.com", PASSWORD)


def make_classifier() -> Classifier:
    classifier, _ = Classifier.objects.get_or_create(slug="doodle", defaults={"title": "Drawings", "kind": "drawing"})
    return classifier


def make_version(**fields: Any) -> ModelVersion:
    given: dict[str, Any] = {"classifier": make_classifier(), "number": next(_numbers), "card_sha256": _sha256(), "card": {}}
    return ModelVersion.objects.create(**{**given, **fields})


def make_image(owner: User | None = None, **fields: Any) -> Image:
    side = {"width": DISPLAY_SIDE, "height": DISPLAY_SIDE, "content_type": "image/png", "strokes": HOUSE}
    return Image.objects.create(**{"owner": owner or make_user(), "source": "canvas", "sha256": _sha256(), **side, **fields})


def make_prediction(owner: User | None = None, image: Image | None = None, source: str = "canvas", **fields: Any) -> Prediction:
    image = image or make_image(owner, source=source)
    return Prediction.objects.create(**{"classifier": make_classifier(), "image": image, "asked_by": image.owner, **fields})


def make_predictions(number: int, owner: User | None = None, **fields: Any) -> list[Prediction]:
    return [make_prediction(owner, **fields) for _ in range(number)]


def make_batch(owner: User, predictions: Sequence[Prediction]) -> Batch:
    batch = Batch.objects.create(owner=owner)
    for place, prediction in enumerate(predictions):
        BatchFile.objects.create(batch=batch, place=place, name=f"{place}.png", prediction=prediction)
    return batch


def make_worker() -> Worker:
    """One that beat just now."""
    return Worker.objects.create(name=f"worker{next(_numbers)}", seen_at=timezone.now())


def zipped(files: Mapping[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content, method)
    return file.getvalue()
