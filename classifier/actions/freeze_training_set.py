"""Freeze what people labelled, so that it can be trained on and measured with, and rebuilt."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.utils.crypto import salted_hmac

from classifier.ml import splitting
from classifier.ml.handover import INPUTS, PARTS, PICTURES_FILE, TEST, TRAIN, VALIDATION, Example, Manifest
from classifier.models import Classifier, Image, Sample, TrainingRun, TrainingSet
from classifier.models.training import FEWEST_PICTURES
from classifier.models.versions import USUAL_INPUT

if TYPE_CHECKING:
    from numpy.typing import NDArray

BASE_VALIDATION_SHARE = 0.05
AT_A_TIME = 200

logger = logging.getLogger(__name__)


class TooFewPictures(ValueError):
    """A label has too few pictures to learn from and to be measured on."""


@dataclass(frozen=True)
class Base:
    """Pictures that come with a data set: (n, *shape of the input), their labels, and which (n,) no training ever sees."""

    source: str
    pixels: NDArray[np.uint8]
    labels: Sequence[str]
    held_out: NDArray[np.bool_]


@dataclass(frozen=True)
class Picture:
    example: Example
    pixels: NDArray[np.uint8]
    doubted: bool = False


def freeze_training_set(*, run: TrainingRun, base: Base | None = None) -> TrainingSet:
    """The run's set: all accepted and corrected pictures of its classifier, and those of `base`; the same ones are the same set.

    What is trained on and what is not: see `splitting.split`. A doubted label is measured on, or the figures would flatter, but
    not learnt until a reviewer stands by it. Raises TooFewPictures.
    """
    Sample.objects.follow_labels(run.classifier)  # one may have been labelled while its label was merged
    form = run.start_from.input if run.start_from else USUAL_INPUT[run.classifier.kind]
    given = _once_each(_given(run.classifier, form))
    split_by, examples = splitting.split([picture.example for picture in given])
    pictures = _believed([replace(picture, example=example) for example, picture in zip(examples, given, strict=True)])
    if base:
        known = {picture.pixels.tobytes() for picture in given}
        pictures += [picture for picture in _once_each(_of_base(base)) if picture.pixels.tobytes() not in known]
    return _kept(run, form, split_by, pictures)


def _given(classifier: Classifier, form: str) -> Iterable[Picture]:
    """What people labelled, the last word on a picture last. What cannot be read any more is left out."""
    samples = Sample.objects.to_train_on(classifier).select_related("image", "label", "suspected").order_by("changed_at", "id")
    for sample in samples.iterator(AT_A_TIME):
        try:
            pixels = sample.image.network_input(form).reshape(INPUTS[form].shape)
        except Exception:
            logger.exception("Image %s cannot be prepared and is left out of the training set", sample.image_id)
        else:
            yield Picture(_example(sample), pixels, doubted=sample.is_doubted)


def _example(sample: Sample) -> Example:
    image = sample.image
    return Example(
        sha256=image.sha256, label=str(sample.label), part="", source=image.source, group=_group(image), image=str(image.pk)
    )


def _group(image: Image) -> str:
    """The same for all pictures of a person; only this site, which knows its key, could tell whose."""
    return salted_hmac("training group", str(image.owner_id or image.visitor), algorithm="sha256").hexdigest()


def _of_base(base: Base) -> Iterable[Picture]:
    for pixels, label, held_out in zip(base.pixels, base.labels, base.held_out, strict=True):
        sha256 = hashlib.sha256(pixels.tobytes()).hexdigest()
        part = TEST if held_out else VALIDATION if splitting.fraction(sha256) < BASE_VALIDATION_SHARE else TRAIN
        yield Picture(Example(sha256=sha256, label=label, part=part, source=base.source, group=None, image=None), pixels)


def _once_each(pictures: Iterable[Picture]) -> list[Picture]:
    """In the order of their content, which is that of any site with the same pictures."""
    last = {picture.example.sha256: picture for picture in pictures}
    return [last[sha256] for sha256 in sorted(last)]


def _believed(pictures: Sequence[Picture]) -> list[Picture]:
    """Those to be kept; of a label that would have too few left, all."""
    left = Counter(picture.example.label for picture in pictures if not picture.doubted)
    return [
        picture
        for picture in pictures
        if not picture.doubted or picture.example.part == TEST or left[picture.example.label] < FEWEST_PICTURES
    ]


def _kept(run: TrainingRun, form: str, split_by: str, pictures: Sequence[Picture]) -> TrainingSet:
    classifier, words = run.classifier, run.classifier.words()
    labels = tuple(classifier.labels.values_list("name", flat=True))
    pictures = [_called_today(picture, words) for picture in pictures]
    _require_enough(labels, pictures)
    inputs = np.stack([picture.pixels for picture in pictures])
    manifest = Manifest(
        classifier=classifier.slug, title=classifier.title, kind=classifier.kind, input=form, labels=labels, split_by=split_by,
        inputs_sha256=hashlib.sha256(inputs.tobytes()).hexdigest(), examples=tuple(picture.example for picture in pictures),
    )  # fmt: skip
    digest = manifest.sha256()
    known = classifier.training_sets.filter(sha256=digest).first()
    found = known or TrainingSet(classifier=classifier, sha256=digest, split_by=split_by, counts=_counts(manifest))
    if not found.folder.is_dir():
        _write(found.folder, manifest, inputs)
    with transaction.atomic():
        if not known:
            found.save()
        TrainingRun.objects.held(run).update(training_set=found)
    return found


def _called_today(picture: Picture, words: Mapping[str, str]) -> Picture:
    """Its label may have got another name since it was read."""
    now = words.get(picture.example.label)
    return replace(picture, example=replace(picture.example, label=now)) if now else picture


def _require_enough(labels: Sequence[str], pictures: Sequence[Picture]) -> None:
    counts = Counter(picture.example.label for picture in pictures)
    few = [f"{label} has {counts[label]}" for label in labels if counts[label] < FEWEST_PICTURES]
    if few:
        raise TooFewPictures(f"Each label needs {FEWEST_PICTURES} different pictures that can be read: {', '.join(few[:5])}.")


def _counts(manifest: Manifest) -> dict[str, dict[str, int]]:
    found = Counter((example.label, example.part) for example in manifest.examples)
    return {label: {part: found[label, part] for part in PARTS} for label in manifest.labels}


def _write(folder: Path, manifest: Manifest, inputs: NDArray[np.uint8]) -> None:
    """Whole or not at all."""
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    manifest.save(partial)
    np.savez_compressed(partial / PICTURES_FILE, inputs=inputs)
    partial.rename(folder)
