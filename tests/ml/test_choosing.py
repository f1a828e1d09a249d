"""Which pictures are chosen to be labelled."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.ml.choosing import choose, margins_of

CHANCE = np.random.default_rng(1)


def answers(*rows: tuple[float, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(rows)


def test_a_margin_is_how_far_the_second_is_behind() -> None:
    assert margins_of(answers((0.5, 0.3, 0.2), (0.2, 0.2, 0.6))) == pytest.approx([0.2, 0.4])
    assert margins_of(answers((0.9,), (0.1,))) == pytest.approx([0.9, 0.1])


def test_where_all_are_wanted_they_come_the_least_sure_first() -> None:
    assert choose(answers((0.9, 0.1), (0.5, 0.5), (0.3, 0.7)), 9).tolist() == [1, 2, 0]


def test_none_is_chosen_twice_and_the_same_again() -> None:
    rows = CHANCE.dirichlet(np.ones(5), 300)
    chosen = choose(rows, 40)
    assert len(set(chosen.tolist())) == 40
    assert (np.diff(margins_of(rows)[chosen]) >= 0).all()
    assert chosen.tolist() == choose(rows, 40).tolist()


def test_unsure_ones_are_chosen_far_more_often_than_there_are() -> None:
    sure, unsure = np.tile((0.98, 0.01, 0.01), (900, 1)), CHANCE.dirichlet((9, 9, 1), 100)
    chosen = choose(np.concatenate([sure, unsure]), 20)
    assert (chosen >= 900).mean() > 0.5


def test_a_rare_answer_has_its_say() -> None:
    common, rare = np.tile((0.6, 0.4, 0.0), (990, 1)), np.tile((0.2, 0.2, 0.6), (10, 1))
    noise = CHANCE.uniform(0, 0.05, (1000, 3))
    chosen = choose(np.concatenate([common, rare]) + noise, 10)
    assert (chosen >= 990).sum() >= 2


def test_each_group_that_the_network_sees_is_met() -> None:
    places = np.repeat(np.eye(6) * 10, 50, axis=0) + CHANCE.normal(size=(300, 6))
    chosen = choose(np.full((300, 2), 0.5), 12, places)
    assert set(chosen // 50) == {0, 1, 2, 3, 4, 5}
    middle = np.linalg.norm(places[chosen] - np.repeat(np.eye(6) * 10, 50, axis=0)[chosen], axis=1)
    assert middle.mean() < np.sqrt(6)  # near the middle rather than at the edge


def test_the_same_picture_many_times_over_is_no_trouble() -> None:
    assert len(set(choose(np.full((50, 3), 1 / 3), 20).tolist())) == 20


@pytest.mark.parametrize(
    ("rows", "count", "features", "says"),
    [
        (np.ones(3), 1, None, r"\(n, k\), one row a picture, not \(3,\)"),
        (np.ones((3, 0)), 1, None, r"not \(3, 0\)"),
        (np.ones((3, 2)), 0, None, "At least one picture is chosen, not 0"),
        (np.ones((3, 2)), 1, np.ones((2, 5)), r"There are 3 pictures, but the features are \(2, 5\)"),
    ],
)
def test_what_does_not_fit_is_refused(rows: np.ndarray, count: int, features: np.ndarray | None, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        choose(rows, count, features)
