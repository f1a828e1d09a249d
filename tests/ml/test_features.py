"""What a network sees in a picture, beside what it says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.ml.drawn import BITMAPS

pytestmark = pytest.mark.tensorflow


def test_what_the_last_layer_reads_comes_with_the_answer(recognizer: Any) -> None:
    answers = recognizer.answers(BITMAPS)
    seen = np.stack([np.frombuffer(answer.features, np.float16) for answer in answers])
    assert seen.shape == (len(BITMAPS), 160)
    assert len(np.unique(seen, axis=0)) == len(BITMAPS)
    (alone,) = recognizer.answers(BITMAPS[:1])
    assert np.frombuffer(alone.features, np.float16) == pytest.approx(seen[0], rel=1e-2)


def test_a_last_layer_that_reads_too_much_keeps_it_to_itself(recognizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from classifier.ml import inference

    monkeypatch.setattr(inference, "MOST_FEATURES", 159)
    silent = recognizer.answers(BITMAPS)
    assert {answer.features for answer in silent} == {b""}
    monkeypatch.undo()
    assert [answer.guesses for answer in silent] == [row.guesses for row in recognizer.answers(BITMAPS)]


def test_two_more_than_are_told_are_kept(recognizer: Any) -> None:
    (answer,) = recognizer.answers(BITMAPS[:1])
    every = sorted(recognizer.probabilities(BITMAPS[:1])[0], reverse=True)[:5]
    kept = [*answer.guesses, *answer.runners_up]
    assert [probability for _, probability in kept] == pytest.approx(every, abs=1e-6)
    assert len(answer.guesses) == 3
