"""How long does a single picture wait behind somebody else's flood?

    python -m benchmarks.fairness [--flood 5000] [--queued 20000] [--postgresql]

Starts one real worker on a database of its own (SQLite, or a throw-away PostgreSQL), hands single drawings in while nothing
else waits, then queues a flood of another person's and hands the same singles in while it is being answered. Then, without a
worker, times what a claim, a turn and a place in line cost with few and with many waiting.

How to read it: `ratio` is the median wait behind the flood by that with an empty queue; served in order of arrival it would be
`drained_s` by the latter. A wait ends up to 20 ms late on SQLite, where waiters look at their rows. The milliseconds of a claim
and of a turn must not grow with what waits; those of the last place do, by what stands before it. Text on stderr, the same as
JSON on stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django

from tests import servers
from tests.running import Site


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--flood", type=int, default=5000, help="predictions of one person that wait (5000)")
    parser.add_argument("--queued", type=int, default=20_000, help="predictions that wait while a claim is timed (20000)")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if options.postgresql:
            os.environ["DATABASE_URL"] = stack.enter_context(servers.postgresql())
        else:
            os.environ.pop("DATABASE_URL", None)
        os.environ |= {"DOODLE_DATA": folder, "DJANGO_SETTINGS_MODULE": "doodle_site.settings", "DOODLE_RATE": "1000"}
        site = Site(Path(folder), {})
        stack.callback(site.stop)
        found = measure(site, options.flood, options.queued)
    print("\n".join(f"{name:24}{value:12}" for name, value in found.items()), file=sys.stderr)
    print(json.dumps({"database": "postgresql" if options.postgresql else "sqlite", **found}, indent=1))


def measure(site: Site, flood: int, queued: int) -> dict[str, float]:
    """This process is the web side of the site."""
    site.manage("migrate", "--verbosity", "0")
    site.manage("register_models")
    django.setup()
    from benchmarks import queueing  # the models are there only now

    site.start_worker()
    site.wait_until(queueing.somebody_answers, 90)
    waits = queueing.waits(flood)
    site.kill_workers()
    return waits | queueing.costs(queued)


if __name__ == "__main__":
    main()
