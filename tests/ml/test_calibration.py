"""Probabilities that mean what they say, and the numbers that say how good answers are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from classifier.ml import calibration, evaluation


def logits(count: int = 20_000, classes: int = 6, seed: int = 3) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 2, (count, classes))


def drawn_from(probabilities: NDArray[np.float64], seed: int = 4) -> NDArray[np.int64]:
    """Labels that are as often right as the probabilities say."""
    reached = probabilities.cumsum(axis=1) > np.random.default_rng(seed).random((len(probabilities), 1))
    return np.asarray(reached.argmax(axis=1), dtype=np.int64)


def test_softmax_sums_to_one_however_large_the_logits() -> None:
    probabilities = calibration.softmax(np.array([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0]]))
    assert np.allclose(probabilities, np.array([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]]))


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_found_again(temperature: float) -> None:
    raw = logits()
    labels = drawn_from(calibration.softmax(raw / temperature))
    assert calibration.fit_temperature(raw, labels) == pytest.approx(temperature, rel=0.05)


def test_who_is_as_often_right_as_he_says_has_no_calibration_error() -> None:
    honest = calibration.softmax(logits())
    labels = drawn_from(honest)
    boastful = calibration.softmax(logits() * 4)
    assert calibration.expected_calibration_error(honest, labels) < 0.015
    assert calibration.expected_calibration_error(boastful, labels) > 0.15


def test_the_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.61, 0.39], [1.0, 0.0]])
    gaps = 0.5 * abs(0.5 - 0.9) + 0.25 * abs(1 - 0.61) + 0.25 * abs(1 - 1.0)
    assert calibration.expected_calibration_error(probabilities, np.array([0, 1, 0, 0])) == pytest.approx(gaps)


def test_unsure_begins_where_answers_are_right_as_often_as_wanted() -> None:
    honest = calibration.softmax(logits(40_000, classes=30) / 2)
    assert calibration.unsure_threshold(honest, drawn_from(honest), wanted=1 / 3) == pytest.approx(1 / 3, abs=0.06)


def test_a_summary_of_four_answers() -> None:
    probabilities = np.array([[0.7, 0.2, 0.06, 0.04], [0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1], [0.9, 0.1, 0.0, 0.0]])
    summary = evaluation.summary(probabilities, np.array([0, 2, 3, 1]), unsure_below=0.5)
    assert (summary["count"], summary["accuracy"], summary["top3"]) == (4, 0.25, 0.75)
    assert summary["unsure"] == {"share": 0.5, "accuracy_of_the_sure": 0.5}


def test_where_nothing_is_sure_the_sure_have_no_accuracy() -> None:
    summary = evaluation.summary(np.array([[0.6, 0.4]]), np.array([0]), unsure_below=0.7)
    assert summary["unsure"] == {"share": 1.0, "accuracy_of_the_sure": None}


def test_of_equal_probabilities_the_first_comes_first() -> None:
    equal = np.full((5, 5), 0.2)
    assert evaluation.top_k(equal, np.arange(5), 3).tolist() == [True, True, True, False, False]


def test_each_class_that_occurs_has_its_accuracy() -> None:
    probabilities = np.eye(3)[[0, 0, 2]]
    assert evaluation.per_class(probabilities, np.array([0, 2, 2]), ("a", "b", "c")) == {"a": 1.0, "c": 0.5}


def test_each_half_is_scaled_by_what_the_other_teaches() -> None:
    raw = logits(4_000)
    labels = drawn_from(calibration.softmax(raw / 2))
    fitted = calibration.cross_fitted(raw, labels)
    assert np.allclose(fitted.sum(axis=1), 1)
    assert calibration.expected_calibration_error(fitted, labels) < 0.03
    spoilt = labels.copy()
    spoilt[::2] = raw[::2].argmax(axis=1)  # what one half's labels say must not reach its own probabilities
    assert np.array_equal(calibration.cross_fitted(raw, spoilt)[::2], fitted[::2])
    assert not np.array_equal(calibration.cross_fitted(raw, spoilt)[1::2], fitted[1::2])


def test_a_single_example_is_taken_as_it_is() -> None:
    raw = logits(1)
    assert np.allclose(calibration.cross_fitted(raw, np.array([2])), calibration.softmax(raw))
