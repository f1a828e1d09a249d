"""Who is trained on, and who is not: by person, or by picture where too few people gave any."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

from classifier.ml.handover import PARTS, TEST, TRAIN, VALIDATION, Example
from classifier.ml.splitting import split


def examples(number: int, people: int, labels: int = 3, first: int = 0) -> list[Example]:
    return [
        Example(sha256=_hash(f"picture {at}"), label=f"label {at % labels}", part="", source="canvas",
                group=_hash(f"person {at % people}"), image=None)
        for at in range(first, first + number)
    ]  # fmt: skip


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_of_enough_people_each_is_on_one_side() -> None:
    split_by, parted = split(examples(300, people=100))
    assert split_by == "person"
    assert len({(example.group, example.part) for example in parted}) == 100
    sizes = Counter(example.part for example in parted)
    assert 0.5 < sizes[TRAIN] / 300 < 0.8
    assert 0.1 < sizes[TEST] / 300 < 0.3


def test_of_few_people_pictures_are_placed_alone() -> None:
    assert split(examples(90, people=4))[0] == "picture"


def test_so_they_are_where_a_label_would_not_be_trained_on() -> None:
    many = examples(300, people=100)
    tested = next(example for example in split(many)[1] if example.part == TEST)
    split_by, parted = split([*many, replace(tested, sha256=_hash("a rare one"), label="rare")])
    assert (split_by, len(parted)) == ("picture", 301)


def test_every_label_is_measured_however_few_there_are() -> None:
    for number in (30, 36, 90):
        _, parted = split(examples(number, people=1))
        for label in ("label 0", "label 1", "label 2"):
            assert {example.part for example in parted if example.label == label} == set(PARTS), number


def test_nothing_that_was_trained_on_is_measured_with_when_more_come() -> None:
    later = {example.sha256: example.part for example in split(examples(200, people=1))[1]}
    for number in (12, 40, 100):
        for example in split(examples(number, people=1))[1]:
            order = (TEST, VALIDATION, TRAIN).index
            assert order(later[example.sha256]) >= order(example.part)


def test_the_order_of_the_pictures_does_not_matter() -> None:
    forward, backward = split(examples(60, people=2))[1], split(examples(60, people=2)[::-1])[1]
    assert forward == backward[::-1]
