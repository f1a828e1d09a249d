"""Which known pictures a network finds like one: the examples that it learnt from, and what people labelled here since."""

from __future__ import annotations

import base64
import logging
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import PIL.Image

from classifier.ml.neighbours import KeptExamples
from classifier.ml.pixels import encode_picture
from classifier.models import Image, ModelVersion, Neighbour, Sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from classifier.ml.inference import Recognizer

LABELLED_HERE = 200
"""Of the labelled pictures, those that changed last are looked through."""
HELD = 4_000
"""Embeddings of pictures here, by version: neither ever changes."""

logger = logging.getLogger(__name__)
_held: OrderedDict[tuple[uuid.UUID, uuid.UUID], NDArray[np.float32]] = OrderedDict()


class Alike(NamedTuple):
    """A known picture, its label of today, and how alike it is: somebody's `image`, or a `picture` that came with a data set."""

    label: str
    alike: float
    image: uuid.UUID | None
    picture: NDArray[np.uint8] | None

    def neighbour(self) -> Neighbour:
        shown = None if self.picture is None else as_address(self.picture)
        return Neighbour(self.label, round(min(max(self.alike, -1.0), 1.0), 4), self.image, shown)


def as_address(picture: NDArray[np.uint8]) -> str:
    """The picture itself, as an address that a page can show: a drawing as ink on paper."""
    shown = 255 - picture[..., 0] if picture.shape[-1] == 1 else picture
    content, content_type = encode_picture(PIL.Image.fromarray(shown))
    return f"data:{content_type};base64,{base64.b64encode(content).decode()}"


def known_like(version: ModelVersion, recognizer: Recognizer, image: Image, picture: NDArray[np.uint8]) -> list[Alike]:
    """All that is known to `version`, the nearest first, without `image` itself, whose `picture` is the network's input."""
    embedding = recognizer.embeddings(picture[None])[0]
    kept = list(_kept(version, recognizer, embedding))
    learnt = {one.image for one in kept}
    later = [one for one in _labelled_here(version, recognizer, embedding) if one.image not in learnt]
    return sorted((one for one in [*kept, *later] if one.image != image.pk), key=lambda one: -one.alike)


def _kept(version: ModelVersion, recognizer: Recognizer, embedding: NDArray[np.float32]) -> Iterator[Alike]:
    path = recognizer.card.check_examples(version.artifact)
    if path is None:
        return
    kept, words = KeptExamples.load(path), version.classifier.words()
    names = [words.get(name, name) for name in recognizer.card.labels]
    for label, alike, image, picture in zip(kept.labels, kept.alike(embedding), kept.images, kept.pictures, strict=True):
        theirs = uuid.UUID(image) if image else None
        yield Alike(names[label], float(alike), theirs, None if theirs else picture)


def _labelled_here(version: ModelVersion, recognizer: Recognizer, embedding: NDArray[np.float32]) -> Iterator[Alike]:
    samples = Sample.objects.to_train_on(version.classifier).filter(label__name__in=version.says)
    last = dict(samples.order_by("-changed_at", "-id").values_list("image_id", "label__name")[:LABELLED_HERE])
    unseen = [image for image in last if (version.pk, image) not in _held]
    for image in Image.objects.filter(pk__in=unseen).iterator(chunk_size=20):
        _look_at(version, recognizer, image)
    for pk, label in last.items():
        if (theirs := _held.get((version.pk, pk))) is not None:
            yield Alike(label, float(theirs @ embedding), pk, None)


def _look_at(version: ModelVersion, recognizer: Recognizer, image: Image) -> None:
    try:
        picture = image.network_input(version.input)
    except Exception:
        logger.exception("Image %s cannot be prepared and is like nothing", image.pk)
        return
    _held[version.pk, image.pk] = recognizer.embeddings(picture[None])[0]
    while len(_held) > HELD:
        _held.popitem(last=False)
