"""Do predictions keep their latency while a network is trained?

    python -m benchmarks.during_training [--seconds 20] [--drawings 100]

Starts a real site (web server, one worker, one trainer) on SQLite. One person sends a drawing five times a second and waits for
each answer: first while nothing else happens, then for as long as a classifier of three shapes is trained from nothing, all its
layers. How to read it: milliseconds from sending to the answer, `ratio_p50` and `ratio_p95` are during ÷ before. Text on stderr,
the same as JSON on stdout.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.running import Site
from tests.workshop import SHAPES, Maintainer, drawn

EVERY_S = 0.2


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=20, help="how long it is asked before (20)")
    parser.add_argument("--drawings", type=int, default=100, help="of each shape, to train from (100)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), {"DOODLE_RATE": "100000"})
        try:
            site.start()
            site.start_trainer()
            with closing(Maintainer(site)) as mary:
                found = measure(mary, options.drawings, options.seconds)
        finally:
            site.stop()
    print("\n".join(f"{name:20}{value:10}" for name, value in found.items()), file=sys.stderr)
    print(json.dumps(found, indent=1))


def measure(mary: Maintainer, drawings: int, seconds: float) -> dict[str, float]:
    slug, until = mary.make_classifier(drawings), time.monotonic() + seconds
    answered(mary, lambda: time.monotonic() < until - seconds * 0.8)  # the first answers take longer
    before = answered(mary, lambda: time.monotonic() < until)
    run = mary.post("/api/v1/training-runs/", json={"classifier": slug, "from_nothing": True}).raise_for_status()
    during = answered(mary, lambda: mary.get(run.headers["Location"]).json()["status"] in ("queued", "running"))
    figures = {f"before_{name}": value for name, value in spread(before).items()}
    figures |= {f"during_{name}": value for name, value in spread(during).items()}
    ratios = {f"ratio_{name}": round(figures[f"during_{name}"] / figures[f"before_{name}"], 2) for name in ("p50", "p95")}
    return figures | ratios | {"answered_during": len(during)}


def answered(mary: Maintainer, going_on: Callable[[], bool]) -> list[float]:
    """Seconds that each answer took."""
    chance, found = random.Random(1), []
    while going_on():
        picture = {"strokes": drawn(chance.choice(list(SHAPES)), chance)}
        started = time.perf_counter()
        answer = mary.post("/api/v1/predictions/?wait=30", json=picture).raise_for_status()
        found.append(time.perf_counter() - started)
        assert answer.json()["status"] == "succeeded", answer.text
        time.sleep(max(0, EVERY_S - found[-1]))
    return found


def spread(seconds: list[float]) -> dict[str, float]:
    percentiles = statistics.quantiles(seconds, n=20)
    return {"p50": round(percentiles[9] * 1000, 1), "p95": round(percentiles[18] * 1000, 1)}


if __name__ == "__main__":
    main()
