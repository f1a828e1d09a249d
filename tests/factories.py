"""Rows to test with, made through the models as the site makes them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
from django.contrib.auth.models import Group
from django.utils import timezone

from classifier.models import (
    Batch,
    BatchFile,
    Classifier,
    Explanation,
    Image,
    Label,
    ModelVersion,
    Prediction,
    Sample,
    User,
    Worker,
)
from classifier.models.images import DISPLAY_SIDE
from classifier.models.people import REVIEWERS
from classifier.models.predictions import PENDING
from tests import running

HOUSE = [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]]
PASSWORD = running.PASSWORD
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


def photo(side: int = 200, seed: int = 1) -> bytes:
    """What a photograph has: soft shades of many colours up to its border. The same for the same seed."""
    blobs = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    file = io.BytesIO()
    PIL.Image.fromarray(blobs).resize((side, side), PIL.Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def _sha256() -> str:
    return hashlib.sha256(str(next(_numbers)).encode()).hexdigest()


def make_user(username: str | None = None) -> User:
    name = username or f"person{next(_numbers)}"
    return User.objects.create_user(name, f"{name}@example.com", PASSWORD)


def make_classifier(slug: str = "doodle", kind: str = "drawing") -> Classifier:
    classifier, _ = Classifier.objects.get_or_create(slug=slug, defaults={"title": f"{slug}s", "kind": kind})
    return classifier


def make_labels(*names: str) -> Classifier:
    """The classifier with these labels beside those that it has."""
    classifier = make_classifier()
    known = set(classifier.labels.values_list("name", flat=True))
    for name in [name for name in names if name not in known]:
        Label.objects.create(classifier=classifier, name=name, position=classifier.labels.count())
    return classifier


def make_reviewer(username: str | None = None) -> User:
    user = make_user(username)
    user.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    return user


def make_answer(owner: User | None = None, *, label: str = "cat", **fields: Any) -> Prediction:
    """An answered prediction that finds `label` likely, then dog, then bird; the classifier has these labels, and house."""
    make_labels(label, "dog", "bird", "house")
    guesses = [
        {"label": name, "probability": p}
        for name, p in ((label, 0.8), ("dog", 0.1), ("bird", 0.05), ("owl", 0.02), ("fox", 0.01))
    ]
    given = {"status": "succeeded", "label": label, "probability": 0.8, "unsure": False, "guesses": guesses}
    return make_prediction(owner, **{**given, **fields})


def make_explanation(prediction: Prediction | None = None, **fields: Any) -> Explanation:
    """One that a worker has made: a cat that came with the data set is nearest, then whatever `fields` say."""
    asked = prediction or make_answer()
    near = {"label": "cat", "alike": 0.9134, "image": "", "picture": "data:image/png;base64,iVBORw0KGgo="}
    found = {"nearest": [near], "of_label": near, "of_rival": {**near, "label": "dog", "alike": 0.741}}
    given = {"label": asked.label, "status": "succeeded", "finished_at": timezone.now(), "heatmap": picture(280), **found}
    return Explanation.objects.create(prediction=asked, **{**given, **fields})


def make_sample(label: str = "cat", suggestion: str = "", suspicion: float = 0.9, **fields: Any) -> Sample:
    """An accepted picture that came by an import; doubted, where something else is suggested."""
    classifier = make_labels(label, *([suggestion] if suggestion else []))
    labels = {row.name: row for row in classifier.labels.all()}
    says = {"suspected_probability": 0.01, "suggestion_probability": 0.93}
    doubt = {"suspicion": suspicion, "suspected": labels[label], "suggestion": labels[suggestion], **says} if suggestion else {}
    given = {"image": fields.pop("image", None) or make_image(source="import"), "state": "accepted", "label": labels[label]}
    return Sample.objects.create(**{"classifier": classifier, **given, **doubt, **fields})


def make_version(**fields: Any) -> ModelVersion:
    given: dict[str, Any] = {
        "classifier": make_classifier(),
        "number": next(_numbers),
        "card_sha256": _sha256(),
        "card": {"input": "bitmap"},
    }
    return ModelVersion.objects.create(**{**given, **fields})


def make_image(owner: User | None = None, **fields: Any) -> Image:
    side = {"width": DISPLAY_SIDE, "height": DISPLAY_SIDE, "content_type": "image/png", "strokes": HOUSE}
    return Image.objects.create(**{"owner": owner or make_user(), "source": "canvas", "sha256": _sha256(), **side, **fields})


def make_prediction(owner: User | None = None, image: Image | None = None, source: str = "canvas", **fields: Any) -> Prediction:
    image = image or make_image(owner, source=source)
    given = {"classifier": make_classifier(), "image": image, "asked_by": image.owner, **fields}
    if fields.get("status", "queued") in PENDING and image.width:
        given = {"turn": 0, "line": image.owner_id or image.visitor, **given}
    return Prediction.objects.create(**given)


def make_predictions(number: int, owner: User | None = None, **fields: Any) -> list[Prediction]:
    return [make_prediction(owner, **fields) for _ in range(number)]


def make_batch(owner: User, predictions: Sequence[Prediction]) -> Batch:
    batch = Batch.objects.create(owner=owner)
    for place, prediction in enumerate(predictions):
        BatchFile.objects.create(batch=batch, place=place, name=f"{place}.png", prediction=prediction)
    return batch


def make_worker(**fields: Any) -> Worker:
    """One that beat just now."""
    return Worker.objects.create(**{"name": f"worker{next(_numbers)}", "seen_at": timezone.now(), **fields})


def zipped(files: Mapping[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content, method)
    return file.getvalue()
