"""The strokes' renderer against Google's own bitmaps, and against what people may send."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import strokes
from classifier.ml.strokes import BadStrokes

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
FLAG = [[[10, 90, 90, 10], [10, 10, 50, 50]], [[10, 10], [10, 140]]]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample["word"]))
def test_draws_as_google_drew(sample: dict[str, Any]) -> None:
    theirs = np.frombuffer(base64.b64decode(sample["bitmap_base64"]), dtype=np.uint8).reshape(28, 28)
    ours = strokes.render(strokes.parse(sample["drawing"]))
    difference = np.abs(ours.astype(int) - theirs)
    assert difference.max() <= 20
    assert difference.mean() < 1


def test_a_batch_has_the_pixels_of_its_drawings_alone() -> None:
    drawings = [strokes.parse(sample["drawing"]) for sample in SAMPLES]
    batch = strokes.render_batch(drawings)
    assert batch.shape == (len(drawings), 28, 28)
    assert all(np.array_equal(bitmap, strokes.render(one)) for bitmap, one in zip(batch, drawings, strict=True))


def test_an_empty_batch_is_empty() -> None:
    assert strokes.render_batch([]).shape == (0, 28, 28)


REFUSED: dict[str, object] = {
    "nothing": None,
    "an object": {},
    "text": "strokes",
    "no strokes": [],
    "an empty stroke": [[]],
    "a stroke without points": [[[], []]],
    "one row": [[[1, 2]]],
    "four rows": [[[1, 2], [3, 4], [0, 1], [0, 1]]],
    "ragged rows": [[[1, 2], [3]]],
    "ragged milliseconds": [[[1, 2], [3, 4], [0]]],
    "points instead of strokes": [[1, 2], [3, 4]],
    "text for rows": [["12", "34"]],
    "text for numbers": [[["1", "2"], [3, 4]]],
    "null for a number": [[[None, 2], [3, 4]]],
    "a list for a number": [[[1, 2], [3, [4]]]],
    "booleans": [[[True, False], [3, 4]]],
    "not a number": [[[1, 2], [3, math.nan]]],
    "infinity": [[[1, 2], [3, math.inf]]],
    "an integer beyond floats": [[[1, 10**400], [3, 4]]],
    "a single point": [[[5], [5]]],
    "a single point in several strokes": [[[5, 5], [5, 5]], [[5], [5]]],
    "too many strokes": [[[0, 1], [0, 1]]] * (strokes.MAX_STROKES + 1),
    "too many points in a stroke": [[[0] * (strokes.MAX_POINTS + 1), [1] * (strokes.MAX_POINTS + 1)]],
    "too many points in all": [[[0] * 10_001, [1] * 10_001]] * 2,
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_refuses_what_cannot_be_drawn(data: object) -> None:
    with pytest.raises(BadStrokes) as refusal:
        strokes.parse(data)
    assert str(refusal.value).endswith(".")


def test_one_point_more_than_allowed_is_refused_and_the_limit_is_not() -> None:
    line = list(range(strokes.MAX_POINTS))
    assert strokes.parse([[line, line]])
    with pytest.raises(BadStrokes, match="20,000"):
        strokes.parse([[line, line], [[1], [1]]])


def test_dots_are_drawn() -> None:
    with_dot = strokes.render(strokes.parse([*FLAG, [[130], [120]]]))
    assert with_dot[20:, 18:].max() > 150


@pytest.mark.parametrize("scale", [1e-300, 1e-3, 1, 1e6, 1e300])
def test_any_range_gives_the_same_drawing(scale: float) -> None:
    scaled = [[[value * scale for value in row] for row in stroke] for stroke in FLAG]
    assert np.array_equal(strokes.render(strokes.parse(scaled)), strokes.render(strokes.parse(FLAG)))


def test_where_the_drawing_lies_does_not_matter() -> None:
    moved = [[[value - 5_000 for value in row] for row in stroke] for stroke in FLAG]
    assert np.array_equal(strokes.render(strokes.parse(moved)), strokes.render(strokes.parse(FLAG)))


def test_aligning_twice_changes_nothing() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        walk = [random.normal(0, 30, (2, 40)).cumsum(axis=1) for _ in range(3)]
        once = strokes.align(walk)
        twice = strokes.align(once)
        assert all(np.array_equal(one, other) for one, other in zip(once, twice, strict=True))
        assert min(stroke.min() for stroke in once) >= 0
        assert max(stroke.max() for stroke in once) <= strokes.SIDE


def test_google_s_own_alignment_is_kept() -> None:
    for sample in SAMPLES:
        parsed = strokes.parse(sample["drawing"])
        assert [stroke.astype(int).tolist() for stroke in parsed] == sample["drawing"]


def test_milliseconds_are_accepted_and_ignored() -> None:
    timed = [[*stroke, list(range(len(stroke[0])))] for stroke in FLAG]
    assert np.array_equal(strokes.render(strokes.parse(timed)), strokes.render(strokes.parse(FLAG)))


def test_a_wider_pen_leaves_more_ink() -> None:
    aligned = strokes.parse(FLAG)
    thin, thick = strokes.render(aligned, line_width=8), strokes.render(aligned, line_width=24)
    assert thin.sum() < strokes.render(aligned).sum() < thick.sum()
