"""How many labels does it save to label what the site proposes?

    python -m benchmarks.active_learning --data DIR [--seeds 20] [--methods answers,features,margin,…] [--json]

Classifiers of five to ten kinds of drawings, as people make them: transfer from the bundled network. Its body stays as it is, so
what it sees of each drawing is worked out once, and only the head is fitted, by the steps and numbers of `transfer.fit_head` and
of the recipe for people's drawings, in NumPy, without shifted copies. Pools of 2,000 drawings and more, none of which the bundled
network has seen, once as many of each label and once (`rare`) with shares that fall to a twentieth, in an order by chance. Twenty
labels to begin with, two of each at least, then twenty more at a time: at random, or chosen by `classifier.ml.choosing` from
the three best guesses that are stored of each drawing (`answers`), or from these and what the body sees (`features`); the other
methods are what else was tried. Right is what share of 200 unseen drawings of each label the classifier calls by its name.

How to read it: `right` is that share with 100 labels and its 95 % interval over the seeds; `equals` the number of labels taken at
random with which the same is reached, by the means of all seeds, interval by resampling them, 320 where it is not reached with
320. `all` is the geometric mean over the pools: 150 or more is a saving of a third. `random` has the curve to compare with.
Some three minutes of one processor. Text on stdout, or the same with --json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.choosing import BATCH, START, Drawings, Floats, Pool, accuracies, seen_by_the_body
from benchmarks.choosing import METHODS as KNOWN

POOLS = {
    "animals": ("bird", "cat", "dog", "fish", "frog", "horse"),
    "round things": ("alarm clock", "apple", "circle", "clock", "eye", "smiley face"),
    "vehicles": ("aircraft carrier", "airplane", "bicycle", "car", "train"),
    "mixed": ("banana", "book", "car", "crown", "diamond", "flower", "house", "house plant", "horse", "tree"),
}
LABELS = 100
RANDOM = (20, 40, 60, 80, 100, 120, 150, 200, 250, 320)
RESAMPLED = 1000


@dataclass(frozen=True)
class Row:
    """What a method reaches in a pool: the accuracies (seeds, steps), each step twenty labels more."""

    pool: str
    method: str
    reached: Floats
    at_random: Floats

    def right(self) -> tuple[float, float]:
        last = self.reached[:, -1]
        return float(last.mean()), float(1.96 * last.std(ddof=1) / np.sqrt(len(last)))

    def equals(self, seeds: Sequence[int] | slice = slice(None)) -> float:
        return equal_to(self.at_random[seeds].mean(axis=0), float(self.reached[seeds][:, -1].mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the Quick, Draw! dataset")
    parser.add_argument("--seeds", type=int, default=20, help="choices of drawings for each pool (20)")
    parser.add_argument("--methods", default=",".join(KNOWN), help=f"of {', '.join(KNOWN)} (all)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    drawings = seen_by_the_body(options.data, sorted({name for names in POOLS.values() for name in names}))
    rows = measured(drawings, options.methods.split(","), options.seeds)
    print(json.dumps(as_json(rows), indent=1) if options.json else as_text(rows))


def measured(drawings: Mapping[str, Drawings], methods: Sequence[str], seeds: int) -> list[Row]:
    rows = []
    for name, labels in POOLS.items():
        for rare in (False, True):
            pools = [Pool.of([drawings[label] for label in labels], seed, rare=rare) for seed in range(seeds)]
            at_random = np.array([accuracies(pool, "random", RANDOM) for pool in pools])
            for method in methods:
                reached = np.array([accuracies(pool, method, range(START, LABELS + 1, BATCH)) for pool in pools])
                rows.append(Row(f"{name}{', rare' if rare else ''}", method, reached, at_random))
                print(_line(rows[-1]), file=sys.stderr, flush=True)
    return rows


def equal_to(curve: Floats, reached: float) -> float:
    """With how many random labels the curve (len(RANDOM),), which noise may make fall at times, comes to what was reached."""
    return float(np.interp(reached, np.maximum.accumulate(curve) + np.arange(len(curve)) * 1e-9, RANDOM))


def overall(rows: Sequence[Row], method: str) -> tuple[float, float, float]:
    """The geometric mean over the pools of what 100 labels equal, with its interval."""
    mine = [row for row in rows if row.method == method]
    seeds, chance = len(mine[0].reached), np.random.default_rng(0)
    means = [_mean(mine, chance.integers(0, seeds, seeds).tolist()) for _ in range(RESAMPLED)]
    return _mean(mine), float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def _mean(rows: Sequence[Row], seeds: Sequence[int] | slice = slice(None)) -> float:
    return float(np.exp(np.mean([np.log(row.equals(seeds)) for row in rows])))


def _interval(row: Row) -> tuple[float, float]:
    seeds, chance = len(row.reached), np.random.default_rng(0)
    found = [row.equals(chance.integers(0, seeds, seeds).tolist()) for _ in range(RESAMPLED)]
    return float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))


def _line(row: Row) -> str:
    (right, give), (low, high) = row.right(), _interval(row)
    curve = " ".join(f"{value:.3f}" for value in row.reached.mean(axis=0))
    return f"{row.pool:20}{row.method:12}{right:7.1%} ± {give:4.1%}{row.equals():7.0f} ({low:.0f} to {high:.0f})   {curve}"


def as_text(rows: Sequence[Row]) -> str:
    steps = " ".join(f"{labels:5}" for labels in range(START, LABELS + 1, BATCH))
    lines = [f"{'pool':20}{'method':12}{'right':>14}{'equals':>7}{'':14}   {steps}"]
    for name in dict.fromkeys(row.pool for row in rows):
        mine = [row for row in rows if row.pool == name]
        lines += [f"{name:20}{'random':12}" + _curve(mine[0]), *map(_line, mine)]
    for method in dict.fromkeys(row.method for row in rows):
        mean, low, high = overall(rows, method)
        lines.append(f"{'all':20}{method:12}100 labels equal {mean:.0f} random ones ({low:.0f} to {high:.0f})")
    return "\n".join(lines)


def _curve(row: Row) -> str:
    return " ".join(f"{labels}: {value:.3f}" for labels, value in zip(RANDOM, row.at_random.mean(axis=0), strict=True))


def as_json(rows: Sequence[Row]) -> dict[str, Any]:
    listed = [
        {
            "pool": row.pool,
            "method": row.method,
            "right": row.right(),
            "equals": row.equals(),
            "interval": _interval(row),
            "curve": row.reached.mean(axis=0).tolist(),
            "random": dict(zip(map(str, RANDOM), row.at_random.mean(axis=0).tolist(), strict=True)),
        }
        for row in rows
    ]
    return {"rows": listed, "all": {method: overall(rows, method) for method in dict.fromkeys(row.method for row in rows)}}


if __name__ == "__main__":
    main()
