"""What benchmarks.active_learning compares: ways to choose drawings to be labelled, by the head that is fitted to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from benchmarks.people import unseen_of
from classifier.ml import catalog, prototypes
from classifier.ml.building import build
from classifier.ml.calibration import softmax
from classifier.ml.choosing import choose, margins_of
from classifier.ml.handover import Card
from classifier.ml.inference import SHOWN_GUESSES
from classifier.ml.recipes.people import DRAWINGS, suited

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]
Drawings = Floats
"""What the body sees of drawings of one label, (n, d)."""

START, OF_EACH, BATCH = 20, 2, 20
TESTED, EVEN, MOST, RAREST, FEWEST = 200, 450, 1300, 1 / 20, 2000
KEPT = 1500
DROPOUT = 0.2
SHORTLIST = 10


def seen_by_the_body(data: Path, names: Iterable[str]) -> dict[str, Drawings]:
    """By label what the bundled network's body sees of up to 1,500 drawings that it has not been trained on."""
    artifact = catalog.PRETRAINED / "doodle"
    card = Card.load(artifact)
    model = build(card.network, card.network_options, card.input, len(card.labels))
    model.load_weights(card.check_weights(artifact))
    body, chance = keras.Model(model.inputs, model.layers[-1].input), np.random.default_rng(0)
    found = {}
    for name in names:
        bitmaps = chance.permutation(unseen_of(data, name))[:KEPT]
        found[name] = body.predict(bitmaps, batch_size=256, verbose=0).astype(np.float64)
    return found


@dataclass(frozen=True)
class Pool:
    """Drawings to be labelled, and others to test on: what the body sees of them, and their labels."""

    seed: int
    seen: Floats
    labels: Labels
    test_seen: Floats
    test_labels: Labels

    @classmethod
    def of(cls, drawings: Sequence[Drawings], seed: int, *, rare: bool) -> Pool:
        chance = np.random.default_rng((1, seed))
        mixed = [chance.permutation(one) for one in drawings]
        rest = [one[TESTED:] for one in mixed]
        sizes = _uneven([len(one) for one in rest], chance) if rare else [EVEN] * len(rest)
        taken = [one[:size] for one, size in zip(rest, sizes, strict=True)]
        assert sum(map(len, taken)) >= FEWEST, "These labels have too few drawings for a pool."
        tests = np.repeat(np.arange(len(mixed)), TESTED)
        labels = np.repeat(np.arange(len(taken)), [len(one) for one in taken])
        return cls(seed, np.concatenate(taken), labels, np.concatenate([one[:TESTED] for one in mixed]), tests)


def _uneven(available: Sequence[int], chance: np.random.Generator) -> list[int]:
    """So many of each, the labels in an order by chance with which the pool is large enough."""
    wanted = np.geomspace(MOST, MOST * RAREST, len(available)).astype(int)
    while True:
        sizes = [min(pair) for pair in zip(chance.permutation(wanted).tolist(), available, strict=True)]
        if sum(sizes) >= FEWEST:
            return sizes


def accuracies(pool: Pool, method: str, sizes: Iterable[int]) -> list[float]:
    """On the test drawings, once so many are labelled, each time by a head that is fitted anew."""
    chance = np.random.default_rng((2, pool.seed))
    labelled = _first_labels(pool, chance)
    reached = []
    head = fit(pool.seen[labelled], pool.labels[labelled], pool.seed)
    for size in sizes:
        while len(labelled) < size:
            rest = np.setdiff1d(np.arange(len(pool.labels)), labelled)
            rows = METHODS[method](head.answers(pool.seen[rest]), pool.seen[rest], pool.seen[labelled], chance)
            labelled = np.concatenate([labelled, rest[rows[: size - len(labelled)]]])
            head = fit(pool.seen[labelled], pool.labels[labelled], pool.seed)
        reached.append(float((head.answers(pool.test_seen).argmax(axis=1) == pool.test_labels).mean()))
    return reached


def _first_labels(pool: Pool, chance: np.random.Generator) -> Labels:
    mixed = chance.permutation(len(pool.labels))
    of_each = [mixed[pool.labels[mixed] == label][:OF_EACH] for label in np.unique(pool.labels)]
    first = np.concatenate(of_each)
    return np.concatenate([first, np.setdiff1d(mixed, first)[chance.permutation(len(mixed) - len(first))]])[:START]


@dataclass
class Head:
    """The last layer: logits are `seen @ kernel + bias`."""

    kernel: Floats
    bias: Floats

    def answers(self, seen: Floats) -> Floats:
        return softmax(seen @ self.kernel + self.bias)


def fit(seen: Floats, labels: Labels, seed: int) -> Head:
    """As `transfer.fit_head` begins it, and as the recipe for people's drawings goes on."""
    kernel, bias = prototypes.head(seen, labels, len(np.unique(labels)))
    head = Head(kernel.astype(np.float64), bias.astype(np.float64))
    _train(head, seen, labels, np.random.default_rng((3, seed)))
    return head


def _train(head: Head, seen: Floats, labels: Labels, chance: np.random.Generator) -> None:
    recipe = suited(DRAWINGS, len(seen), started=True)
    size = min(recipe.batch_size, len(seen))
    each = len(seen) // size
    wanted = np.eye(len(head.bias))[labels] * (1 - recipe.label_smoothing) + recipe.label_smoothing / len(head.bias)
    optimizer = AdamW(head, recipe.learning_rate, recipe.weight_decay, each * recipe.epochs, max(1, each // 2))
    for _ in range(recipe.epochs):
        mixed = chance.permutation(len(seen))
        for at in range(0, each * size, size):
            rows = mixed[at : at + size]
            shown = seen[rows] * (chance.random((size, seen.shape[1])) >= DROPOUT) / (1 - DROPOUT)
            error = (head.answers(shown) - wanted[rows]) / size
            optimizer.step(shown.T @ error, error.sum(axis=0))


class AdamW:
    """Keras' own, with the cosine schedule of `optimizing`; only the kernel decays."""

    def __init__(self, head: Head, rate: float, decay: float, steps: int, warm: int) -> None:
        self.head, self.rate, self.decay, self.steps, self.warm = head, rate, decay, steps, warm
        self.done = 0
        self.moments = [[np.zeros_like(values), np.zeros_like(values)] for values in (head.kernel, head.bias)]

    def step(self, *gradients: Floats) -> None:
        rate = self._rate()
        self.head.kernel *= 1 - self.decay * rate
        self.done += 1
        scaled = rate * np.sqrt(1 - 0.999**self.done) / (1 - 0.9**self.done)
        values = (self.head.kernel, self.head.bias)
        for value, gradient, (first, second) in zip(values, gradients, self.moments, strict=True):
            first += 0.1 * (gradient - first)
            second += 0.001 * (np.square(gradient) - second)
            value -= scaled * first / (np.sqrt(second) + 1e-7)

    def _rate(self) -> float:
        if self.done < self.warm:
            return self.rate * self.done / self.warm
        return self.rate * 0.5 * (1 + float(np.cos(np.pi * (self.done - self.warm) / max(1, self.steps - self.warm))))


def stored(answers: Floats) -> Floats:
    """The best three of each row; the others were not kept."""
    kept = np.zeros_like(answers)
    best = np.argsort(-answers, axis=1)[:, :SHOWN_GUESSES]
    np.put_along_axis(kept, best, np.take_along_axis(answers, best, axis=1), axis=1)
    return kept


Method = Callable[[Floats, Floats, Floats, np.random.Generator], Labels]
"""From the answers about what is not labelled, what is seen of it and of what is labelled, and chance: twenty rows and more."""


def _at_random(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    return chance.permutation(len(answers))


def _answers(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    return choose(stored(answers), BATCH)


def _features(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    return choose(stored(answers), BATCH, seen)


def _margin(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    return np.argsort(margins_of(answers))


def _entropy(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    return np.argsort((answers * np.log(answers + 1e-12)).sum(axis=1))


def _least_confidence(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    return np.argsort(answers.max(axis=1))


def _k_center(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    """Always the one farthest from all that are labelled or chosen (Sener and Savarese 2018)."""
    apart = np.min([np.square(seen - one).sum(axis=1) for one in known], axis=0)
    return _farthest(seen, apart)


def _margin_and_k_center(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    """Of the ten times as many that it is least sure of those that are far from each other."""
    unsure = np.argsort(margins_of(answers))[: SHORTLIST * BATCH]
    return unsure[_farthest(seen[unsure], np.square(seen[unsure] - seen[unsure[0]]).sum(axis=1))]


def _farthest(seen: Floats, apart: Floats) -> Labels:
    chosen = []
    for _ in range(BATCH):
        chosen.append(int(apart.argmax()))
        apart = np.minimum(apart, np.square(seen - seen[chosen[-1]]).sum(axis=1))
    return np.array(chosen)


def _badge(answers: Floats, seen: Floats, known: Floats, chance: np.random.Generator) -> Labels:
    """Far apart in the head's gradients (Ash et al. 2020, "Deep Batch Active Learning by Diverse, Uncertain Gradients")."""
    gradients = answers - np.eye(answers.shape[1])[answers.argmax(axis=1)]
    steps = (gradients[:, :, None] * seen[:, None, :]).reshape(len(seen), -1)
    chosen = [int(np.square(steps).sum(axis=1).argmax())]
    apart = np.full(len(seen), np.inf)
    while len(chosen) < BATCH:
        apart = np.minimum(apart, np.square(steps - steps[chosen[-1]]).sum(axis=1))
        apart[chosen] = 0
        chosen.append(int(chance.choice(len(seen), p=apart / apart.sum())))
    return np.array(chosen)


METHODS: dict[str, Method] = {
    "answers": _answers,
    "features": _features,
    "margin": _margin,
    "entropy": _entropy,
    "confidence": _least_confidence,
    "k-center": _k_center,
    "margin+k-c": _margin_and_k_center,
    "badge": _badge,
    "random": _at_random,
}
