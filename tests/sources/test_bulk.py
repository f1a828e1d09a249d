from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pytest

from classifier.sources import archive, array, bulk
from classifier.sources.submission import BadSubmission, Submission
from tests.factories import picture, zipped


def saved(content: Any, **named: Any) -> io.BytesIO:
    file = io.BytesIO()
    if named:
        np.savez_compressed(file, **named)
    else:
        np.save(file, content)
    return file


def drawings(number: int) -> Any:
    made = np.zeros((number, 28, 28), np.uint8)
    made[:, 5:23, 10:18] = np.arange(100, 100 + number)[:, None, None]
    return made


@pytest.mark.parametrize("compressed", [False, True])
def test_an_array_is_read_part_by_part(compressed: bool) -> None:
    file = saved(None, images=drawings(5)) if compressed else saved(drawings(5))
    assert bulk.count_in(file) == 5
    found = bulk.part_of(file, 2, 4)
    assert [name for name, _ in found] == ["2", "3"]
    submissions = [one for _, one in found if isinstance(one, Submission)]
    assert [(one.width, one.height, one.looks_like) for one in submissions] == [(28, 28, "drawing")] * 2
    assert len({one.sha256 for one in submissions}) == 2


@pytest.mark.parametrize("shape", [(2, 28, 28, 3), (2, 32, 32, 3)])
def test_colours_stay_as_they_are(shape: tuple[int, ...]) -> None:
    content = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    (_, one), _ = bulk.part_of(saved(content), 0, 2)
    assert isinstance(one, Submission)
    from classifier.ml.pixels import open_picture

    assert (np.asarray(open_picture(one.picture or b"")) == content[0]).all()


@pytest.mark.parametrize(
    "content",
    [
        np.zeros((2, 28, 28), np.float32),
        np.zeros((2, 27, 28), np.uint8),
        np.zeros((0, 28, 28), np.uint8),
        np.zeros((10_001, 28, 28), np.uint8),
        np.zeros((28, 28), np.uint8),
    ],
)
def test_other_arrays_are_refused_with_what_is_wanted(content: Any) -> None:
    with pytest.raises(BadSubmission, match=r"\(n, 28, 28\)"):
        bulk.count_in(saved(content))


def test_nothing_is_unpickled() -> None:
    file = io.BytesIO()
    np.save(file, np.array([pickle, "x"][1:], dtype=object), allow_pickle=True)
    with pytest.raises(BadSubmission, match="uint8"):
        bulk.count_in(file)


def test_more_arrays_than_one_and_bombs_are_refused() -> None:
    for file in (saved(None, a=drawings(1), b=drawings(1)), io.BytesIO(zipped({"a.npy": array.MAGIC + bytes(array.MAX_BYTES)}))):
        with pytest.raises(BadSubmission):
            bulk.count_in(file)


def test_an_archive_may_hold_ten_thousand_and_is_read_part_by_part() -> None:
    file = io.BytesIO(zipped({**{f"{number}.png": picture(30) for number in range(70)}, "readme.txt": b"hello", ".hidden": b""}))
    assert bulk.count_in(file) == 71
    found = bulk.part_of(file, 69, 71)
    assert [(name, isinstance(one, Submission)) for name, one in found] == [("69.png", True), ("readme.txt", False)]
    many = io.BytesIO(zipped({f"{number}.png": b"" for number in range(10_001)}))
    with pytest.raises(BadSubmission, match="10,000"):
        archive.count_in(many)


def test_an_archive_in_the_archive_is_refused_alone() -> None:
    inner = io.BytesIO(zipped({"a.png": picture(30), "b.dat": zipped({"c.png": picture(30)})}))
    (_, first), (_, second) = bulk.part_of(inner, 0, 2)
    assert isinstance(first, Submission)
    assert str(second) == archive.INNER_ARCHIVE


def test_anything_else_is_refused() -> None:
    for content in (b"", b"text", picture(30)):
        with pytest.raises(BadSubmission, match="ZIP"):
            bulk.count_in(io.BytesIO(content))
