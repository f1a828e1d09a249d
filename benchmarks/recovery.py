"""What does reviewing the first tenth of the queue give back of what wrong labels cost?

    python -m benchmarks.recovery --data DIR [--classes A,B,C ...] [--drawings 200] [--flipped 0.2] [--reviewed 0.1] [--json]

For each choice of classes it trains what a site would: once from right labels, once with a share of them wrong, and twice more
from the version that learnt the wrong ones, after a tenth of the labels was put right: the first of the queue, in the site's
order, and as many at random. A label that is right stays as it is, and what is doubted still is not learnt. Each is asked
about 100 drawings of each class that neither it nor the bundled network has seen.

How to read it: `right`, `wrong`, `queue` and `random` are the four accuracies; `recovered` is the share of the loss that the
queue's tenth gave back, (queue - wrong) / (right - wrong), and `found` how many of the reviewed labels were wrong. Where the
wrong labels cost less than a point there is nothing to divide by, and `recovered` is left out. Text on stdout, or as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.people import UNSEEN, Bitmaps, freeze, train, unseen_of, with_wrong_ones
from classifier.ml import catalog
from classifier.ml.inference import Recognizer
from classifier.ml.label_quality import judge
from classifier.ml.prototypes import out_of_fold

CHOICES = (
    "cat,dog,horse,bird,bee,octopus,star,tree,umbrella,house",
    "apple,banana,circle,book,clock,car,bicycle,train,candle,cloud",
)
LEAST_LOSS = 0.01
SUSPICIOUS = 0.5  # as the site has it: what is doubted so, and not reviewed, is not learnt
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Row:
    classes: str
    seed: int
    right: float
    wrong: float
    queue: float
    random: float
    found: float

    @property
    def recovered(self) -> float | None:
        lost = self.right - self.wrong
        return (self.queue - self.wrong) / lost if lost >= LEAST_LOSS else None


@dataclass(frozen=True)
class Task:
    """Drawings (n, 28, 28, 1) to train from with their true labels (n,), and unseen ones to ask about."""

    names: Sequence[str]
    drawings: Bitmaps
    truth: Labels
    unseen: Bitmaps
    unseen_truth: Labels

    def trained(self, labels: Labels, folder: Path, start: Path, doubted: NDArray[np.bool_] | None = None) -> Path:
        folder.mkdir()
        freeze(folder, self.drawings, [self.names[int(label)] for label in labels], self.names, doubted)
        train(folder, start)
        return folder / "artifact"

    def accuracy(self, artifact: Path) -> float:
        says = Recognizer(artifact).probabilities(self.unseen).argmax(axis=1)
        return float((says == self.unseen_truth).mean())


def main() -> None:
    options = _options()
    rows = []
    for row in measured(options):
        print(as_text([row]), file=sys.stderr, flush=True)
        rows.append(row)
    print(json.dumps([asdict(row) | {"recovered": row.recovered} for row in rows], indent=1) if options.json else as_text(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the Quick, Draw! dataset")
    parser.add_argument("--classes", nargs="+", default=CHOICES, metavar="A,B,C", help="choices of classes (two of ten)")
    parser.add_argument("--drawings", type=int, default=200, help="drawings of each class (200)")
    parser.add_argument("--flipped", type=float, default=0.2, help="share of wrong labels (0.2)")
    parser.add_argument("--reviewed", type=float, default=0.1, help="share of the labels that are reviewed (0.1)")
    parser.add_argument("--seeds", type=int, default=1, help="choices of drawings and of wrong labels for each (1)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def measured(options: argparse.Namespace) -> Iterator[Row]:
    for classes in options.classes:
        names = classes.split(",")
        pool = [unseen_of(options.data, name) for name in names]
        for seed in range(options.seeds):
            yield measure(_task(names, pool, options.drawings, seed), options.flipped, options.reviewed, seed)


def _task(names: Sequence[str], pool: Sequence[Bitmaps], drawings: int, seed: int) -> Task:
    chance = np.random.default_rng(seed)
    chosen = [bitmaps[chance.permutation(len(bitmaps))[: drawings + UNSEEN]] for bitmaps in pool]
    places = np.arange(len(names))
    return Task(
        names,
        np.concatenate([bitmaps[:drawings] for bitmaps in chosen]), np.repeat(places, drawings),
        np.concatenate([bitmaps[drawings:] for bitmaps in chosen]), np.repeat(places, UNSEEN),
    )  # fmt: skip


def measure(task: Task, flipped: float, reviewed: float, seed: int) -> Row:
    chance = np.random.default_rng(seed)
    given = with_wrong_ones(task.truth, len(task.names), flipped, chance)
    tenth = round(reviewed * len(given))
    with tempfile.TemporaryDirectory() as place:
        folder, bundled = Path(place), catalog.PRETRAINED / "doodle"
        task.trained(task.truth, folder / "right", bundled)
        wrong = task.trained(given, folder / "wrong", bundled)
        quality = judge(given, out_of_fold(Recognizer(bundled).embeddings(task.drawings), given, len(task.names)))
        first, drawn = quality.most_suspicious_first()[:tenth], chance.permutation(len(given))[:tenth]
        doubted = quality.wrong >= SUSPICIOUS
        for name, looked_at in (("queue", first), ("random", drawn)):
            task.trained(put_right(task, given, looked_at), folder / name, wrong, without(doubted, looked_at))
        reached = {name: task.accuracy(folder / name / "artifact") for name in ("right", "wrong", "queue", "random")}
    return Row(",".join(task.names), seed, **reached, found=float((given[first] != task.truth[first]).mean()))


def put_right(task: Task, given: Labels, reviewed: NDArray[np.intp]) -> Labels:
    after = given.copy()
    after[reviewed] = task.truth[reviewed]
    return after


def without(doubted: NDArray[np.bool_], reviewed: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Those that still are once these were looked at."""
    left = doubted.copy()
    left[reviewed] = False
    return left


def as_text(rows: Sequence[Row]) -> str:
    lines = [f"{'classes':62}{'seed':>5}{'right':>8}{'wrong':>8}{'queue':>8}{'random':>8}{'found':>7}{'recovered':>11}"]
    for row in rows:
        accuracies = "".join(f"{value:8.1%}" for value in (row.right, row.wrong, row.queue, row.random))
        recovered = f"{row.recovered:11.0%}" if row.recovered is not None else f"{'-':>11}"
        lines.append(f"{row.classes:62}{row.seed:5}{accuracies}{row.found:7.0%}{recovered}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
