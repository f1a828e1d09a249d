"""Rows to test with, made through the models as the site makes them."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import factory
import PIL.Image
import PIL.ImageDraw
from django.utils import timezone

from classifier.models import Classifier, Image, ModelVersion, Prediction, User, Worker
from classifier.models.versions import Stage

HOUSE = [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]]


def picture(side: int = 400, file_format: str = "PNG", colour: str = "black") -> bytes:
    """A house in one line, dark on white."""
    image = PIL.Image.new("RGB", (side, side), "white")
    scale = side / 400
    points = [(round((x + 70) * scale), round((y + 70) * scale)) for x, y in zip(*HOUSE[0], strict=True)]
    PIL.ImageDraw.Draw(image).line(points, fill=colour, width=max(1, round(10 * scale)), joint="curve")
    file = io.BytesIO()
    image.save(file, file_format)
    return file.getvalue()


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")

    @factory.post_generation
    def password(self: User, create: bool, extracted: Any, **_: Any) -> None:  # type: ignore[misc]
        self.set_password(extracted or "a long enough secret")
        self.save()


class ClassifierFactory(factory.django.DjangoModelFactory[Classifier]):
    class Meta:
        model = Classifier
        django_get_or_create = ("slug",)

    slug = "doodle"
    title = "Drawings"
    kind = "drawing"


class ModelVersionFactory(factory.django.DjangoModelFactory[ModelVersion]):
    class Meta:
        model = ModelVersion

    classifier = factory.SubFactory(ClassifierFactory)
    number = factory.Sequence(lambda n: n + 1)
    stage = Stage.CANDIDATE
    card_sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    card = factory.LazyFunction(dict)


class ImageFactory(factory.django.DjangoModelFactory[Image]):
    class Meta:
        model = Image

    owner = factory.SubFactory(UserFactory)
    source = "canvas"
    sha256 = factory.Sequence(lambda n: hashlib.sha256(f"image {n}".encode()).hexdigest())
    width = height = 256
    content_type = "image/png"
    strokes = HOUSE


class PredictionFactory(factory.django.DjangoModelFactory[Prediction]):
    class Meta:
        model = Prediction

    classifier = factory.SubFactory(ClassifierFactory)
    image = factory.SubFactory(ImageFactory)
    asked_by = factory.SelfAttribute("image.owner")


class WorkerFactory(factory.django.DjangoModelFactory[Worker]):
    class Meta:
        model = Worker

    name = factory.Sequence(lambda n: f"worker{n}")
    seen_at = factory.LazyFunction(timezone.now)
