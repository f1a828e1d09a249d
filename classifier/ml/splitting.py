"""Which pictures of a training set are trained on, which validate, and which no training ever sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from classifier.ml.handover import PARTS, TEST, TRAIN, VALIDATION, Example

FEWEST_PEOPLE = 5
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.15


def split(examples: Sequence[Example]) -> tuple[str, list[Example]]:
    """The examples in their order, each with its part, and by what they were parted: "person" or "picture".

    All pictures of one person are in one part; where too few people gave pictures for that, each picture is placed alone. The
    part hangs on the hash of the person or of the picture, so it stays what it is while more come. Only where none of a label
    falls into the test or the validation, the nearest stands in for one, until there is; nothing ever comes back from training.
    """
    if len({example.group for example in examples}) >= FEWEST_PEOPLE:
        by_person = [replace(example, part=_side(fraction(str(example.group)))) for example in examples]
        if _is_of_use(by_person):
            return "person", by_person
    return "picture", _by_picture(examples)


def fraction(digest: str) -> float:
    """Where in 0..1 a hash falls."""
    return int(digest[:8], 16) / 2**32


def _side(place: float) -> str:
    return TEST if place < TEST_SHARE else VALIDATION if place < TEST_SHARE + VALIDATION_SHARE else TRAIN


def _is_of_use(examples: Sequence[Example]) -> bool:
    """Every part has something, every label is trained on, and so are most of the pictures."""
    sizes = Counter(example.part for example in examples)
    trained = {example.label for example in examples if example.part == TRAIN}
    every_label = {example.label for example in examples}
    return all(sizes[part] for part in PARTS) and trained == every_label and sizes[TRAIN] * 2 >= len(examples)


def _by_picture(examples: Sequence[Example]) -> list[Example]:
    placed: dict[str, Example] = {}
    measured: set[tuple[str, str]] = set()
    for example in sorted(examples, key=lambda example: example.sha256):
        lacking = next((part for part in (TEST, VALIDATION) if (example.label, part) not in measured), TRAIN)
        part = min(_side(fraction(example.sha256)), lacking, key=(TEST, VALIDATION, TRAIN).index)
        placed[example.sha256] = replace(example, part=part)
        measured.add((example.label, part))
    return [placed[example.sha256] for example in examples]
