"""Does a candidate that answers unseen slow down those who ask?

    python -m benchmarks.shadowing [--rounds 6] [--seconds 5] [--callers 1]

Starts a real site (web server and one worker) on a database of its own, with a candidate as large as the live network. Callers
send drawings without a pause, each waiting for its answer; in turn without a shadow and with one, so that what else the machine
does meets both alike. How to read it: `alone` and `shadowed` are the milliseconds from sending a drawing to its answer, median
and 99th percentile, each the median of its rounds; `ratio` is the shadowed to those alone, and `noise` how far two halves of
the rounds alone are from each other, so a ratio within 1 ± noise is none. `asked` is the share of the pictures sent while it
shadowed that the candidate was asked about. JSON on stdout, each round on stderr.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from benchmarks.waiting import submitting
from tests.running import Site
from tests.workshop import Maintainer, contrary_candidate

FIGURES = ("answer_p50_ms", "answer_p99_ms")
Round = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=6, help="of each kind (6)")
    parser.add_argument("--seconds", type=float, default=5, help="of each round (5)")
    parser.add_argument("--callers", type=int, default=1, help="who ask at the same time (1)")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = Site(folder, {"DOODLE_RATE": "100000", "DOODLE_QUOTA": "1000000"})
        stack.callback(site.stop)
        site.start()
        mary = stack.enter_context(closing(Maintainer(site)))
        print(json.dumps(measure(site, mary, options), indent=1))


def measure(site: Site, mary: Maintainer, options: argparse.Namespace) -> dict[str, Any]:
    here = f"/api/v1/model-versions/{contrary_candidate(site)}"
    _warm_up(site, mary, here)
    alone, shadowed, asked = [], [], 0.0
    for _ in range(options.rounds):
        alone.append(_round(site, options, "alone"))
        mary.post(f"{here}/shadow/").raise_for_status()
        shadowed.append(_round(site, options, "shadowed"))
        asked += mary.post(f"{here}/unshadow/").raise_for_status().json()["asked"]
    sent = sum(one["answered"] for one in shadowed)
    return {"asked": round(asked / sent, 3), **{name: _compared(name, alone, shadowed) for name in FIGURES}}


def _warm_up(site: Site, mary: Maintainer, here: str) -> None:
    """The first connections take longer, and the candidate is loaded when it is asked for the first time."""
    mary.post(f"{here}/shadow/").raise_for_status()
    submitting(site, 1, 10)
    site.wait_until(lambda: mary.get(f"{here}/shadow/").json()["asked"], 60)
    mary.post(f"{here}/unshadow/").raise_for_status()


def _round(site: Site, options: argparse.Namespace, kind: str) -> Round:
    time.sleep(1.5)  # until the worker has seen whether there is a shadow
    found = submitting(site, options.callers, options.seconds)
    print(f"{kind:10}{found['answer_p50_ms']:8.1f}{found['answer_p99_ms']:8.1f}", file=sys.stderr, flush=True)
    return found


def _compared(name: str, alone: Sequence[Round], shadowed: Sequence[Round]) -> dict[str, float]:
    before, after = ([one[name] for one in rounds] for rounds in (alone, shadowed))
    halves = statistics.median(before[::2]) / statistics.median(before[1::2])
    numbers = {"alone": statistics.median(before), "shadowed": statistics.median(after)}
    return {name: round(value, 3) for name, value in {
        **numbers, "ratio": numbers["shadowed"] / numbers["alone"], "noise": abs(halves - 1),
    }.items()}  # fmt: skip


if __name__ == "__main__":
    main()
