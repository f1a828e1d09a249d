"""Freeze what people labelled, so that it can be trained on and measured with, and rebuilt."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.utils.crypto import salted_hmac

from classifier.ml.handover import INPUTS, PARTS, PICTURES_FILE, TEST, TRAIN, VALIDATION, Example, Manifest
from classifier.models import Classifier, Image, Sample, TrainingRun, TrainingSet
from classifier.models.training import FEWEST_PICTURES
from classifier.models.versions import USUAL_INPUT

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_PEOPLE = 5
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.15
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


def freeze_training_set(*, run: TrainingRun, base: Base | None = None) -> TrainingSet:
    """The run's set: all accepted and corrected pictures of its classifier, and those of `base`; the same ones are the same set.

    The pictures of one person stand on one side, for training, for validation, or for the test that nothing trains on. Where
    too few people gave pictures for that, each picture is put on its side alone, and the manifest says so. Which side that is
    hangs on the person or the picture only, so that a later set measures with what an earlier one did not train on.
    Raises TooFewPictures.
    """
    form = run.start_from.input if run.start_from else USUAL_INPUT[run.classifier.kind]
    given = _once_each(_given(run.classifier, form))
    split_by, examples = _split([picture.example for picture in given])
    pictures = [Picture(example, picture.pixels) for example, picture in zip(examples, given, strict=True)]
    if base:
        known = {example.sha256 for example in examples}
        pictures += [picture for picture in _once_each(_of_base(base)) if picture.example.sha256 not in known]
    return _kept(run, form, split_by, pictures)


def _given(classifier: Classifier, form: str) -> Iterable[Picture]:
    """What people labelled, the last word on a picture last. What cannot be read any more is left out."""
    samples = Sample.objects.to_train_on(classifier).select_related("image", "label").order_by("changed_at", "id")
    for sample in samples.iterator(AT_A_TIME):
        try:
            pixels = sample.image.network_input(form).reshape(INPUTS[form].shape)
        except Exception:
            logger.exception("Image %s cannot be prepared and is left out of the training set", sample.image_id)
        else:
            yield Picture(_example(sample), pixels)


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
        part = TEST if held_out else VALIDATION if _fraction(sha256) < VALIDATION_SHARE / 3 else TRAIN
        yield Picture(Example(sha256=sha256, label=label, part=part, source=base.source, group=None, image=None), pixels)


def _once_each(pictures: Iterable[Picture]) -> list[Picture]:
    """In the order of their content, which is that of any site with the same pictures."""
    last = {picture.example.sha256: picture for picture in pictures}
    return [last[sha256] for sha256 in sorted(last)]


def _fraction(digest: str) -> float:
    """Where in 0..1 a hash falls."""
    return int(digest[:8], 16) / 2**32


def _split(examples: Sequence[Example]) -> tuple[str, list[Example]]:
    if len({example.group for example in examples}) >= FEWEST_PEOPLE:
        by_person = [replace(example, part=_side(_fraction(str(example.group)))) for example in examples]
        if _is_of_use(by_person):
            return "person", by_person
    return "picture", _by_picture(examples)


def _side(fraction: float, rank: int = 2) -> str:
    """By the share; the first two of a label make sure that it is measured at all."""
    if fraction < TEST_SHARE or rank == 0:
        return TEST
    return VALIDATION if fraction < TEST_SHARE + VALIDATION_SHARE or rank == 1 else TRAIN


def _is_of_use(examples: Sequence[Example]) -> bool:
    """Every label on the side of training and at least one more, every side with something, most of it to be trained on."""
    sizes = Counter(example.part for example in examples)
    shown = {example.label for example in examples if example.part == TRAIN}
    return (
        all(sizes[part] for part in PARTS)
        and shown == {example.label for example in examples}
        and sizes[TRAIN] * 2 >= len(examples)
    )


def _by_picture(examples: Sequence[Example]) -> list[Example]:
    seen: Counter[str] = Counter()
    placed = {}
    for example in sorted(examples, key=lambda example: example.sha256):
        placed[example.sha256] = replace(example, part=_side(_fraction(example.sha256), seen[example.label]))
        seen[example.label] += 1
    return [placed[example.sha256] for example in examples]


def _kept(run: TrainingRun, form: str, split_by: str, pictures: Sequence[Picture]) -> TrainingSet:
    classifier = run.classifier
    labels = tuple(classifier.labels.values_list("name", flat=True))
    _require_enough(labels, pictures)
    inputs = np.stack([picture.pixels for picture in pictures])
    manifest = Manifest(
        classifier=classifier.slug, title=classifier.title, kind=classifier.kind, input=form, labels=labels, split_by=split_by,
        inputs_sha256=hashlib.sha256(inputs.tobytes()).hexdigest(), examples=tuple(picture.example for picture in pictures),
    )  # fmt: skip
    digest = manifest.sha256()
    with transaction.atomic():
        known = classifier.training_sets.filter(sha256=digest).first()
        found = known or TrainingSet(classifier=classifier, sha256=digest, split_by=split_by, counts=_counts(manifest))
        if not found.folder.is_dir():
            _write(found.folder, manifest, inputs)
        found.save()
        TrainingRun.objects.held(run).update(training_set=found)
    return found


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
