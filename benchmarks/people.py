"""How good is a classifier that people make from a few drawings?

    python -m benchmarks.people --data DIR [--classes A,B,C ...] [--drawings 30] [--flipped 0.2] [--seeds 1] [--json]

For each choice of classes it freezes so many drawings of each as the site does, trains them as the site's trainer does, by the
recipe for people's own classifiers, starting from the bundled network, and asks the outcome about 100 others of each. All are
bitmaps from `numpy_bitmap` that the bundled network has not seen: those that are in the files it was trained on are left out.
Each is done once as it is, and with --flipped once more with so great a share of the labels wrong.

How to read it: `accuracy` on the unseen drawings, with right labels; `own` is what the set's own small test part says; `ece`
the calibration error on the unseen; `seconds` from the start of the trainer's process to its end, `cpu` what all its threads
took. Text on stdout, or the same with --json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.ml import catalog, evaluation, splitting, strokes
from classifier.ml.datasets import quickdraw
from classifier.ml.handover import PICTURES_FILE, TEST, Card, Example, Manifest
from classifier.ml.inference import Recognizer

TRIPLES = (
    "cat,dog,horse",
    "car,bicycle,train",
    "apple,banana,circle",
    "star,tree,umbrella",
    "bird,bee,octopus",
    "house,clock,book",
)
UNSEEN = 100
SAME = 10.0  # of 255, root mean square: the same drawing rendered twice is within 1, others 30 apart
Bitmaps = NDArray[np.uint8]


@dataclass(frozen=True)
class Row:
    classes: str
    flipped: float
    seed: int
    accuracy: float
    own: float
    ece: float
    seconds: float
    cpu: float
    trained: int


def main() -> None:
    options = _options()
    rows = []
    for row in measured(options):
        print(as_text([row]), file=sys.stderr, flush=True)
        rows.append(row)
    print(json.dumps([asdict(row) for row in rows], indent=1) if options.json else f"{as_text(rows)}\n{in_short(rows)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the Quick, Draw! dataset")
    parser.add_argument("--classes", nargs="+", default=TRIPLES, metavar="A,B,C", help="choices of classes (six triples)")
    parser.add_argument("--drawings", type=int, default=30, help="drawings of each class (30)")
    parser.add_argument("--flipped", type=float, default=0.0, help="share of wrong labels in a second measurement (none)")
    parser.add_argument("--seeds", type=int, default=1, help="choices of drawings for each (1)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def measured(options: argparse.Namespace) -> Iterator[Row]:
    for classes in options.classes:
        names = classes.split(",")
        pool = [unseen_of(options.data, name) for name in names]
        for seed in range(options.seeds):
            for share in dict.fromkeys((0.0, options.flipped)):
                yield measure(names, pool, options.drawings, share, seed)


def unseen_of(data: Path, name: str) -> Bitmaps:
    """(n, 28, 28, 1), without those that the bundled network may have been trained on: theirs differ in a shade at most."""
    bitmaps = np.load(data / "quickdraw" / "numpy_bitmap" / f"{name}.npy").astype(np.float32)
    drawn = quickdraw.load(data, classes=(name,), cap_per_class=catalog.RECIPES["doodle"].cap_per_class).drawings
    known = strokes.render_batch(drawn).reshape(len(drawn), -1).astype(np.float32)
    squares = (known**2).sum(axis=1)[:, None] + (bitmaps**2).sum(axis=1) - 2 * known @ bitmaps.T
    unseen: Bitmaps = bitmaps[squares.min(axis=0) > bitmaps.shape[1] * SAME**2].astype(np.uint8)
    return unseen.reshape(-1, 28, 28, 1)


def measure(names: Sequence[str], pool: Sequence[Bitmaps], drawings: int, share: float, seed: int) -> Row:
    chance = np.random.default_rng(seed)
    chosen = [bitmaps[chance.permutation(len(bitmaps))[: drawings + UNSEEN]] for bitmaps in pool]
    given = with_wrong_ones(np.repeat(np.arange(len(names)), drawings), len(names), share, chance)
    with tempfile.TemporaryDirectory() as folder:
        freeze(
            Path(folder),
            np.concatenate([bitmaps[:drawings] for bitmaps in chosen]),
            [names[int(label)] for label in given],
            names,
        )
        seconds, cpu = train(Path(folder), catalog.PRETRAINED / "doodle")
        recognizer = Recognizer(Path(folder) / "artifact")
    probabilities = recognizer.probabilities(np.concatenate([bitmaps[drawings:] for bitmaps in chosen]))
    summary = evaluation.summary(probabilities, np.repeat(np.arange(len(names)), UNSEEN), recognizer.card.unsure_below)
    return _row(names, share, seed, summary, recognizer.card, seconds, cpu)


def with_wrong_ones(truth: NDArray[np.int64], classes: int, share: float, chance: np.random.Generator) -> NDArray[np.int64]:
    """The true labels (n,) but for a share of them, which are any of the others."""
    given = truth.copy()
    wrong = chance.permutation(len(given))[: round(share * len(given))]
    given[wrong] = (given[wrong] + chance.integers(1, classes, len(wrong))) % classes
    return given


def freeze(
    folder: Path, inputs: Bitmaps, labels: Sequence[str], names: Sequence[str], doubted: NDArray[np.bool_] | None = None
) -> None:
    """As the site does: a doubted label is measured on, but not learnt."""
    digests = [hashlib.sha256(picture.tobytes()).hexdigest() for picture in inputs]
    examples = [
        Example(sha256=digest, label=label, part="", source="canvas", group="one", image=None)
        for digest, label in zip(digests, labels, strict=True)
    ]
    split_by, parted = splitting.split(examples)
    if doubted is not None:
        kept = [place for place, example in enumerate(parted) if example.part == TEST or not doubted[place]]
        inputs, parted = inputs[kept], [parted[place] for place in kept]
    Manifest(
        classifier="benchmark", title="Benchmark", kind="drawing", input="bitmap", labels=tuple(names), split_by=split_by,
        inputs_sha256=hashlib.sha256(inputs.tobytes()).hexdigest(), examples=tuple(parted),
    ).save(folder)  # fmt: skip
    np.savez_compressed(folder / PICTURES_FILE, inputs=inputs)


def train(folder: Path, start: Path) -> tuple[float, float]:
    """Seconds that passed, and those of all processors, in a process of its own as the trainer starts it."""
    command = [sys.executable, "-m", "classifier.ml", "retrain", catalog.RECIPE_FOR["drawing"], "--data", str(folder)]
    command += ["--out", str(folder / "artifact"), "--from", str(start)]
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The training failed: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def _row(names: Sequence[str], share: float, seed: int, summary: dict[str, float], card: Card, seconds: float, cpu: float) -> Row:
    own, trained = card.metrics["test"]["accuracy"], card.trained["examples"]
    return Row(",".join(names), share, seed, summary["accuracy"], own, summary["ece"], seconds, cpu, trained)


def as_text(rows: Sequence[Row]) -> str:
    lines = [f"{'classes':24}{'flipped':>8}{'trained':>8}{'accuracy':>9}{'own':>8}{'ece':>7}{'seconds':>8}{'cpu':>7}"]
    for row in rows:
        counted = f"{row.classes:24}{row.flipped:8.0%}{row.trained:8}"
        lines.append(f"{counted}{row.accuracy:9.1%}{row.own:8.1%}{row.ece:7.3f}{row.seconds:8.1f}{row.cpu:7.1f}")
    return "\n".join(lines)


def in_short(rows: Sequence[Row]) -> str:
    lines = []
    for share in dict.fromkeys(row.flipped for row in rows):
        found = [row.accuracy for row in rows if row.flipped == share]
        lines.append(f"{share:.0%} of the labels wrong: accuracy {np.mean(found):.1%} in the mean, {min(found):.1%} at worst")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
