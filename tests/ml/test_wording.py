"""What a network learnt under former names, in the words of today."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.ml import catalog
from classifier.ml.gate import Answers, by_class, compare
from classifier.ml.wording import Wording

LEARNT = ("cat", "dog", "sports car", "car")
MERGED = {"sports car": "car", "cat": "kitten"}


def test_what_means_the_same_is_added_up_and_the_order_stays() -> None:
    wording = Wording.of(LEARNT, MERGED)
    assert wording.names == ("kitten", "dog", "car")
    rows = np.array([[0.1, 0.4, 0.3, 0.2], [0.7, 0.1, 0.1, 0.1]])
    assert np.allclose(wording.summed(rows), [[0.1, 0.4, 0.5], [0.7, 0.1, 0.2]])


def test_without_a_merge_probabilities_are_not_touched() -> None:
    rows = np.eye(4)
    assert Wording.of(LEARNT, {"cat": "kitten"}).summed(rows) is rows


def saved(
    path: Path, probabilities: list[list[float]], truth: list[str], class_names: tuple[str, ...], told: bool = True
) -> Path:
    """Answers as `measure` writes them, or where `told` is false as they come with a version's own set."""
    labels = [class_names.index(name) if name in class_names else -1 for name in truth]
    arrays = {"probabilities": np.array(probabilities), "labels": np.array(labels), "images": np.array(["a", "b"])}
    np.savez(path, allow_pickle=False, **arrays, **({"truth": np.array(truth)} if told else {}))
    return path


def test_answers_of_before_and_after_a_change_are_compared_in_the_same_words(tmp_path: Path) -> None:
    before, after = LEARNT, ("kitten", "dog", "car", "tiger")
    truth = ["kitten", "tiger"]
    live = saved(tmp_path / "live.npz", [[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4]], truth, before)
    new = saved(tmp_path / "new.npz", [[0.4, 0.3, 0.2, 0.1], [0.0, 0.1, 0.1, 0.8]], truth, after, told=False)
    one, other = Answers.load(live, before, MERGED), Answers.load(new, after, MERGED)
    assert (one.truth, other.truth) == (["kitten", ""], truth)
    assert (one.right.tolist(), other.right.tolist()) == ([True, False], [True, True])
    assert np.allclose(one.probabilities[1], [0.1, 0.2, 0.7])
    assert compare(one, other).difference.value == 0.5
    assert [(row.label, row.before is None) for row in by_class(one, other)] == [("kitten", False), ("tiger", True)]


def test_a_set_of_before_a_merge_still_measures(tmp_path: Path) -> None:
    path = saved(tmp_path / "own.npz", [[0.1, 0.2, 0.3, 0.4], [0.5, 0.3, 0.1, 0.1]], ["sports car", "cat"], LEARNT, told=False)
    found = Answers.load(path, LEARNT, MERGED)
    assert (found.truth, found.right.tolist()) == (["car", "kitten"], [True, True])
    assert found.confusion().tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")  # Keras' own
def test_a_head_takes_over_a_label_by_what_it_means() -> None:
    from classifier.ml import transfer
    from classifier.ml.building import build
    from classifier.ml.handover import Card

    doodle = catalog.PRETRAINED / "doodle"
    card = Card.load(doodle)
    names = ("zebra", "puss", "griffin", "dog")
    models = [build(card.network, card.network_options, card.input, size) for size in (len(names), len(card.labels))]
    transfer.take_over(models[0], doodle, names, {"cat": "puss", "pussy": "puss"})
    models[1].load_weights(card.check_weights(doodle))
    ours, theirs = (model.layers[-1].get_weights()[0] for model in models)
    for place, learnt in ((0, "zebra"), (1, "cat"), (3, "dog")):
        assert np.array_equal(ours[:, place], theirs[:, card.labels.index(learnt)])
    assert not (ours[:, 2][:, None] == theirs).all(axis=0).any()


@pytest.mark.tensorflow
def test_answers_are_in_todays_words() -> None:
    from classifier.ml.inference import Recognizer

    recognizer = Recognizer(catalog.PRETRAINED / "doodle")
    blank = np.zeros((1, 28, 28, 1), dtype=np.uint8)
    (said,) = recognizer.answers(blank)
    (first, p), (second, q), _ = said.guesses
    (renamed,) = recognizer.answers(blank, {first: "something"})
    assert renamed.guesses == [("something", p), *said.guesses[1:]]
    (merged,) = recognizer.answers(blank, {first: "something", second: "something"})
    assert merged.guesses[0][0] == "something"
    assert merged.guesses[0][1] == pytest.approx(p + q, abs=2e-6)
