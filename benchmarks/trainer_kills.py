"""Does a run survive its trainer, and the live version both?

    python -m benchmarks.trainer_kills [--kills 30] [--seed 1]

Starts a real site with a trainer, makes a classifier over HTTP, trains and promotes its first version, and times how long that
took. Then, run after run, it kills with SIGKILL at a random moment of such a span: by turns the process that trains, and the
trainer with it, which is started again. `whole` counts the kills after which the live version answered as before, `ended` those
after which the run went on and ended with a version. Both must be all. `slowest_s` is the longest that a killed run took: where
the trainer went too, half a minute of it is its lease. Text on stderr, the same as JSON on stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.running import Site
from tests.workshop import SHAPES, Maintainer, training_processes


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=30, help="how many (30)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), {})
        try:
            site.start()
            site.start_trainer()
            with closing(Maintainer(site)) as mary:
                found = measure(site, mary, options.kills, random.Random(options.seed))
        finally:
            site.stop()
    print(json.dumps(found, indent=1))


def measure(site: Site, mary: Maintainer, kills: int, chance: random.Random) -> dict[str, float]:
    slug, began = mary.make_classifier(), time.monotonic()
    mary.promote(mary.wait_for_end(mary.start_training(slug)))
    span, before = time.monotonic() - began, answers(mary, slug)
    whole, ended, took = 0, 0, [0.0]
    for number in range(kills):
        began, run = time.monotonic(), mary.start_training(slug)
        moment = chance.uniform(0, span)
        time.sleep(moment)
        killed = kill(site, trainer_too=number % 2 == 1)
        whole += answers(mary, slug) == before
        after = mary.wait_for_end(run)
        ended += after["status"] == "succeeded"
        took.append(time.monotonic() - began)
        print(
            f"{number + 1}: {killed} after {moment:.1f} s, {after['status']} after {took[-1]:.0f} s", file=sys.stderr, flush=True
        )
    return {"kills": kills, "whole": whole, "ended": ended, "undisturbed_s": round(span, 1), "slowest_s": round(max(took), 1)}


def kill(site: Site, *, trainer_too: bool) -> str:
    trainer = site.workers[-1]
    training = training_processes(trainer.pid)
    for pid in [*training, *([trainer.pid] if trainer_too else [])]:
        os.kill(pid, signal.SIGKILL)
    if trainer_too:
        site.workers.remove(trainer)
        trainer.wait()
        site.start_trainer()
    return f"{'training' if training else 'nothing'}{' and trainer' if trainer_too else ''} killed"


def answers(mary: Maintainer, slug: str) -> list[Any]:
    """What it says of each shape, and which version says it."""
    given = [mary.ask(slug, label) for label in SHAPES]
    return [(answer["status"], answer["model_version"], answer["guesses"]) for answer in given]


if __name__ == "__main__":
    main()
