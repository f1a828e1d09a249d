"""Are wrong labels found? Plants them, and ranks them by our judgement and by each of cleanlab's scores.

    python -m benchmarks.label_quality --data DIR [--artifact DIR ...] [--count N] [--seeds 3] [--json]

Takes examples that no training has seen and believes their labels, which are not all right themselves: nothing can find
all that was planted. Plants wrong labels in four ways: by `chance` (any class), by `habit` (each class is called the one it
is most mixed up with), by `doubt` (what the network says of the blurred picture, mostly where it says it loudly) and as
`people` do (six of ten by doubt, two or three by habit, the rest by chance). `right` is the network as it comes; `wrong` is one
that learned from the planted labels, each fifth judged by what learned from the others (for classes of 100 examples or more).

How to read it: `found` is the share of the planted among the first 5 % of the queue; with more than 5 % planted it cannot
reach 1. The other columns are areas under the precision-recall curve (average precision), 1 where all that was planted
comes first: `ours`, then self-confidence, normalized margin (both also adjusted: `+`) and confidence-weighted entropy.
`ratio` is ours to the best of them. Means of `--seeds` plantings; a ratio within 0.01 of 1 is chance. Text on stdout, or
the same with --json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from classifier.ml import catalog, label_quality, strokes
from classifier.ml.datasets import cifar10, quickdraw
from classifier.ml.handover import CARD_FILE
from classifier.ml.inference import Recognizer

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Chance = np.random.Generator

SHARES = (0.02, 0.05, 0.1, 0.2, 0.4)
FIRST = 0.05
FOLDS = 5
ENOUGH = 100
BLUR = 0.8
BY_DOUBT, BY_HABIT = 0.6, 0.25
SCORES: dict[str, tuple[str, bool]] = {
    "sc": ("self_confidence", False),
    "sc+": ("self_confidence", True),
    "nm": ("normalized_margin", False),
    "nm+": ("normalized_margin", True),
    "cwe": ("confidence_weighted_entropy", False),
}


@dataclass(frozen=True)
class Examples:
    """`labels` (n,), what the network says (n, k), and what it says where the pictures are blurred (n, k)."""

    name: str
    labels: Labels
    probabilities: Floats
    blurred: Floats


@dataclass(frozen=True)
class Row:
    classifier: str
    learned: str
    noise: str
    share: float
    found: float
    ours: float
    scores: dict[str, float]

    @property
    def ratio(self) -> float:
        return self.ours / max(self.scores.values())


def main() -> None:
    options = _options()
    rows = [row for artifact in options.artifact for row in measure(examples(artifact, options), options.seeds)]
    print(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1) if options.json else as_text(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    known = [folder.parent for folder in sorted(catalog.PRETRAINED.glob(f"*/{CARD_FILE}"))]
    parser.add_argument("--data", type=Path, required=True, help="folder of the Quick, Draw! and CIFAR-10 datasets")
    parser.add_argument("--artifact", type=Path, nargs="+", default=known, help="artifacts (those that come with the project)")
    parser.add_argument("--count", type=int, help="examples of each artifact (all that it held out)")
    parser.add_argument("--seeds", type=int, default=3, help="plantings of each kind (3)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


# ---- what is judged ----------------------------------------------------------------------------------------------------


def examples(artifact: Path, options: argparse.Namespace) -> Examples:
    recognizer = Recognizer(artifact)
    card = recognizer.card
    load = _drawings if card.kind == "drawing" else _photos
    pictures, labels, names = load(options.data, options.count)
    column = np.array([card.labels.index(name) for name in names])
    blurred = np.stack([_blurred(picture) for picture in pictures])
    print(f"{card.classifier}: {len(labels):,} held out", file=sys.stderr)
    return Examples(card.classifier, column[labels], recognizer.probabilities(pictures), recognizer.probabilities(blurred))


def _drawings(data: Path, count: int | None) -> tuple[NDArray[np.uint8], Labels, tuple[str, ...]]:
    found = quickdraw.load(data)
    rows = _some(found.in_validation, count)
    return strokes.render_batch([found.drawings[row] for row in rows]), found.labels[rows], found.class_names


def _photos(data: Path, count: int | None) -> tuple[NDArray[np.uint8], Labels, tuple[str, ...]]:
    found = cifar10.load(data)
    rows = _some(found.in_validation, count)
    return found.pixels[rows], found.labels[rows], found.class_names


def _some(held_out: NDArray[np.bool_], count: int | None) -> NDArray[np.intp]:
    return np.random.default_rng(0).permutation(np.flatnonzero(held_out))[:count]


def _blurred(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(picture.squeeze()).filter(ImageFilter.GaussianBlur(BLUR))).reshape(picture.shape)


# ---- what is planted ---------------------------------------------------------------------------------------------------


def by_chance(known: Examples, share: float, chance: Chance) -> Labels:
    given, rows = known.labels.copy(), _rows(known, share, chance)
    classes = known.probabilities.shape[1]
    given[rows] = (given[rows] + chance.integers(1, classes, len(rows))) % classes
    return given


def by_habit(known: Examples, share: float, chance: Chance) -> Labels:
    given, rows = known.labels.copy(), _rows(known, share, chance)
    given[rows] = _mixed_up_with(known)[given[rows]]
    return given


def by_doubt(known: Examples, share: float, chance: Chance) -> Labels:
    others = known.blurred.copy()
    others[np.arange(len(others)), known.labels] = 0
    waiting = chance.exponential(size=len(others)) / np.maximum(others.max(axis=1), 1e-12)
    rows = np.argsort(waiting)[: round(share * len(others))]
    given = known.labels.copy()
    given[rows] = others[rows].argmax(axis=1)
    return given


def as_people_do(known: Examples, share: float, chance: Chance) -> Labels:
    given = by_chance(known, share * (1 - BY_DOUBT - BY_HABIT), chance)
    for way, part in ((by_habit, BY_HABIT), (by_doubt, BY_DOUBT)):
        planted = way(known, share * part, chance)
        given = np.where(planted != known.labels, planted, given)
    return given


NOISES: dict[str, Callable[[Examples, float, Chance], Labels]] = {
    "chance": by_chance,
    "habit": by_habit,
    "doubt": by_doubt,
    "people": as_people_do,
}


def _rows(known: Examples, share: float, chance: Chance) -> NDArray[np.intp]:
    return chance.permutation(len(known.labels))[: round(share * len(known.labels))]


def _mixed_up_with(known: Examples) -> NDArray[np.intp]:
    classes = known.blurred.shape[1]
    mean = np.array([known.blurred[known.labels == label].sum(axis=0) for label in range(classes)])
    np.fill_diagonal(mean, -1)
    most: NDArray[np.intp] = mean.argmax(axis=1)
    return most


# ---- what is found -----------------------------------------------------------------------------------------------------


def measure(known: Examples, seeds: int) -> Iterator[Row]:
    networks: dict[str, Callable[[Labels], Floats]] = {"right": lambda given: known.probabilities}
    if np.bincount(known.labels).min() >= ENOUGH:
        networks["wrong"] = lambda given: relearned(known.probabilities, given)
    for learned, network in networks.items():
        for noise, plant in NOISES.items():
            for share in SHARES:
                given = [plant(known, share, np.random.default_rng(seed)) for seed in range(seeds)]
                found = [_ranked(labels, network(labels), labels != known.labels) for labels in given]
                mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
                yield Row(known.name, learned, noise, share, mean.pop("found"), mean.pop("ours"), mean)
        print(f"{known.name}, {learned}: done", file=sys.stderr)


def relearned(probabilities: Floats, given: Labels) -> Floats:
    """Probabilities (n, k) by what learned from the given labels of the other folds; classes without labels get none."""
    features, fold = np.log(np.maximum(probabilities, 1e-7)), np.arange(len(given)) % FOLDS
    learned = np.zeros(probabilities.shape)
    for left_out in range(FOLDS):
        model: Any = LogisticRegression(C=0.1, max_iter=1000)
        model.fit(features[fold != left_out], given[fold != left_out])
        learned[np.ix_(fold == left_out, model.classes_)] = model.predict_proba(features[fold == left_out])
    return learned


def _ranked(given: Labels, probabilities: Floats, planted: NDArray[np.bool_]) -> dict[str, float]:
    quality = label_quality.judge(given, probabilities)
    first = quality.most_suspicious_first()[: round(FIRST * len(given))]
    scores = {
        name: get_label_quality_scores(given, probabilities, method=method, adjust_pred_probs=adjusted)
        for name, (method, adjusted) in SCORES.items()
    }
    return {
        "found": float(planted[first].sum() / planted.sum()),
        "ours": float(average_precision_score(planted, quality.wrong)),
        **{name: float(average_precision_score(planted, -score)) for name, score in scores.items()},
    }


def as_text(rows: list[Row]) -> str:
    head = f"{'classifier':11}{'learned':8}{'noise':8}{'share':>6}{'found':>8}{'ours':>8}"
    lines = [head + "".join(f"{name:>8}" for name in SCORES) + f"{'ratio':>8}"]
    for row in rows:
        figures = (row.found, row.ours, *row.scores.values(), row.ratio)
        named = f"{row.classifier:11}{row.learned:8}{row.noise:8}{row.share:6.0%}"
        lines.append(named + "".join(f"{figure:8.3f}" for figure in figures))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
