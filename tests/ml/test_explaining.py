"""Where in a picture the evidence is, and which known pictures it is like: answers that were planted are found."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import catalog, neighbours, overlays
from classifier.ml.handover import EXAMPLES_FILE, BadCard, Card
from classifier.ml.neighbours import KeptExamples
from tests.ml.conftest import loaded
from tests.ml.drawn import ARTIFACT, BITMAPS, WORDS


class Seeker:
    """Answers as a network that looks for ink at one place and for nothing else."""

    def __init__(self, place: tuple[slice, slice], form: str = "bitmap") -> None:
        self.place, self.card = place, self
        self.input, self.kind, self.labels = form, "drawing", ("there", "elsewhere")

    def probabilities(self, inputs: NDArray[np.uint8], *, looks: int) -> NDArray[np.float64]:
        inked = inputs[:, *self.place].reshape(len(inputs), -1).mean(axis=1) / 255
        return np.stack([0.01 + 0.98 * inked, 0.99 - 0.98 * inked], axis=1)


def heat_map(recognizer: Any, picture: NDArray[np.uint8], label: str, words: dict[str, str] | None = None) -> NDArray[np.float32]:
    from classifier.ml import explaining

    return explaining.heat_map(recognizer, picture, label, words)


@pytest.mark.parametrize(("top", "left"), [(0, 0), (12, 20), (20, 4)])
def test_the_heat_is_where_the_evidence_is(top: int, left: int) -> None:
    everywhere, seeker = np.full((28, 28, 1), 255, np.uint8), Seeker(np.s_[top : top + 8, left : left + 8])
    heat = heat_map(seeker, everywhere, "there")
    assert heat.shape == (28, 28)
    assert heat.dtype == np.float32
    assert (heat.min(), heat.max()) == (0, 1)
    near = heat[max(0, top - 6) : top + 14, max(0, left - 6) : left + 14].sum()
    assert near > 0.95 * heat.sum()
    assert heat[top : top + 8, left : left + 8].mean() > 0.6


def test_what_speaks_against_a_label_is_not_hot_and_nothing_is_not_blown_up() -> None:
    seeker = Seeker(np.s_[0:8, 0:8])
    assert not heat_map(seeker, np.full((28, 28), 255, np.uint8), "elsewhere").any()
    assert not heat_map(seeker, np.zeros((28, 28), np.uint8), "there").any()


def test_what_reads_strokes_and_what_it_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="no places to show"):
        heat_map(Seeker(np.s_[0:8, 0:8], "sequence"), np.zeros((28, 28), np.uint8), "there")
    with pytest.raises(ValueError, match="zebra"):
        heat_map(Seeker(np.s_[0:8, 0:8]), np.zeros((28, 28), np.uint8), "zebra")


def test_a_label_is_known_by_both_its_names_and_what_means_the_same_now_is_one() -> None:
    everywhere, seeker = np.full((28, 28, 1), 255, np.uint8), Seeker(np.s_[0:8, 0:8])
    renamed = {"there": "here"}
    for name in ("there", "here"):
        assert (heat_map(seeker, everywhere, name, renamed) == heat_map(seeker, everywhere, "there")).all()
    assert not heat_map(seeker, everywhere, "there", {"elsewhere": "there"}).any(), "Whatever is hidden, it is one of both."


@pytest.mark.tensorflow
def test_of_two_things_side_by_side_each_label_finds_its_own() -> None:
    """Halves of two photos that come with the project, as the photo network sees them."""
    artifact = catalog.PRETRAINED / "photo"
    kept, recognizer = KeptExamples.load(artifact / EXAMPLES_FILE), loaded(artifact)
    names, shares = list(recognizer.card.labels), []
    for left, right in (("frog", "ship"), ("truck", "deer"), ("horse", "airplane")):
        halves = [kept.pictures[kept.labels == names.index(label)][0][:, 8:24] for label in (left, right)]
        picture = np.concatenate(halves, axis=1)
        shares += [share_of(heat_map(recognizer, picture, left)[:, :16]), share_of(heat_map(recognizer, picture, right)[:, 16:])]
    assert np.mean(shares) > 0.7, shares


def share_of(half: NDArray[np.float32]) -> float:
    """What lies in this half of the whole, which is its base."""
    whole = half.base if isinstance(half.base, np.ndarray) else half
    return float(half.sum() / whole.sum())


@pytest.mark.tensorflow
def test_to_the_network_the_same_thing_drawn_otherwise_is_nearest() -> None:
    recognizer = loaded(ARTIFACT)
    moved = np.roll(BITMAPS, 1, axis=2)
    seen, again = recognizer.embeddings(BITMAPS), recognizer.embeddings(moved)
    assert np.allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-5)
    assert ((again @ seen.T).argmax(axis=1) == np.arange(len(WORDS))).all()


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ["doodle", "photo"])
def test_the_bundled_networks_keep_examples_of_every_label(name: str) -> None:
    artifact = catalog.PRETRAINED / name
    card = Card.load(artifact)
    path = card.check_examples(artifact)
    assert path
    assert path.stat().st_size < 1_500_000
    kept, recognizer = KeptExamples.load(path), loaded(artifact)
    assert set(kept.labels.tolist()) == set(range(len(card.labels)))
    some = np.arange(0, len(kept.labels), len(kept.labels) // 12)
    assert np.allclose(recognizer.embeddings(kept.pictures[some]), kept.embeddings[some], atol=2e-3)
    assert (kept.alike(recognizer.embeddings(kept.pictures[some[:1]])[0]).argmax()) == 0


def test_what_stands_for_a_label_is_typical_and_then_varied() -> None:
    angles = np.array([0.0, 0.05, -0.05, 0.3, -0.3, 3.0, -2.5, 2.0])  # the last three are like no other
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rows = neighbours.chosen(around, 3)
    assert rows[0] in (0, 1, 2)
    assert not {5, 6, 7} & set(rows)
    assert len(neighbours.chosen(around, 9)) == 8


def test_a_file_of_examples_comes_back_and_shows_no_picture_that_is_somebodys(tmp_path: Path) -> None:
    pictures = np.full((2, 28, 28, 1), 9, np.uint8)
    kept = KeptExamples(pictures, np.array([0, 1]), np.eye(2, dtype=np.float16), ("", "0b5f6c1e-theirs"))
    kept.save(tmp_path / EXAMPLES_FILE)
    again = KeptExamples.load(tmp_path / EXAMPLES_FILE)
    assert again.images == kept.images
    assert again.pictures[0].all()
    assert not again.pictures[1].any()
    assert again.alike(np.array([0.0, 1.0])).tolist() == [0, 1]
    (tmp_path / EXAMPLES_FILE).write_bytes(b"no archive")
    with pytest.raises(BadCard, match="cannot be read"):
        KeptExamples.load(tmp_path / EXAMPLES_FILE)


def test_a_card_knows_whether_its_examples_were_altered(tmp_path: Path) -> None:
    card = json.loads((ARTIFACT / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(BadCard, match="says that examples were kept"):
        Card.load(tmp_path).check_examples(tmp_path)
    (tmp_path / EXAMPLES_FILE).write_bytes(b"others")
    with pytest.raises(BadCard, match="sha256 differs"):
        Card.load(tmp_path).check_examples(tmp_path)
    del card["examples_sha256"]
    (tmp_path / "card.json").write_text(json.dumps(card))
    assert Card.load(tmp_path).check_examples(tmp_path) is None


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (32, 32, 3)])
def test_the_heat_is_laid_over_the_picture_large_and_readable(shape: tuple[int, ...]) -> None:
    picture = np.zeros(shape, np.uint8)
    picture[:, 14:] = 255
    heat = np.zeros(shape[:2], np.float32)
    heat[:12] = 1
    shown = np.asarray(Image.open(io.BytesIO(overlays.laid_over(picture, heat))).convert("RGB"), dtype=int)
    assert min(shown.shape[:2]) >= 280
    orange = shown[:80, :, 0] - shown[:80, :, 2]
    light = orange[:, -100:] if shape[2:] == (3,) else orange[:, :100]
    assert light.mean() > 100, "Where nothing is in the way, the heat is seen."
    assert (shown[-80:, :, 0] == shown[-80:, :, 2]).all(), "Where there is no heat, there is no colour."
    assert (shown == overlays.PURPLE).all(axis=2).any()
