"""How fast are the pages of reviewers while so many samples wait?

    python -m benchmarks.review_queue [--samples 10000] [--postgresql] [--json]

In a database of its own (SQLite, or a throw-away PostgreSQL) it queues so many doubted samples, every fifth with an opinion,
and asks for what a reviewer asks for.

How to read it: `ms` is the median of seven answers of the site in one process, `queries` how many the database was asked, which
may not grow with the samples; `cpu_ms` is what this process took of it, which a busy machine does not blur. A page is to take
less than 200 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import servers

TIMES = 7


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if options.postgresql:
            os.environ["DATABASE_URL"] = stack.enter_context(servers.postgresql())
        else:
            os.environ.pop("DATABASE_URL", None)
        os.environ |= {"DOODLE_DATA": folder, "DJANGO_SETTINGS_MODULE": "doodle_site.settings"}
        django.setup()
        found = _measured(options.samples)
        connection.close()
    print(json.dumps(found, indent=1) if options.json else _as_text(found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--samples", type=int, default=10_000, help="so many wait (10,000)")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def _measured(samples: int) -> dict[str, dict[str, float]]:
    from benchmarks.queued_samples import fill  # the models are there only now

    call_command("migrate", verbosity=0)
    reviewer, deep = fill(samples)
    print(f"{samples:,} samples wait.", file=sys.stderr)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(reviewer)
    places = {
        "queue": ("get", "/review/"),
        "queue, last page": ("get", "/review/?page=last"),
        "queue, filtered": ("get", "/review/?classifier=doodle&label=house&min_probability=0.1"),
        "grid of 100": ("get", "/review/grid/?size=100"),
        "grid of 100, deep": ("get", f"/review/grid/?size=100&page={samples // 200}"),
        "one sample": ("get", f"/review/{deep}/"),
        "API, 20": ("get", "/api/v1/review/queue/"),
        "API, 100": ("get", "/api/v1/review/queue/?page_size=100"),
        "API, be given one": ("post", "/api/v1/review/next/"),
        "API, be given what follows": ("post", f"/api/v1/review/next/?after={deep}"),
        "API, tied": ("get", "/api/v1/review/queue/?reason=tied"),
    }
    return {name: _asked(browser, method, path) for name, (method, path) in places.items()}


def _asked(browser: Any, method: str, path: str) -> dict[str, float]:
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(browser, method)(path)
        asked = len(queries)
    if answer.status_code not in (200, 204):
        sys.exit(f"{path}: {answer.status_code}")
    taken = [_time_of(browser, method, path) for _ in range(TIMES)]
    wall, own = (round(1000 * statistics.median(times), 1) for times in zip(*taken, strict=True))
    return {"ms": wall, "cpu_ms": own, "queries": asked}


def _time_of(browser: Any, method: str, path: str) -> tuple[float, float]:
    """By the clock, and of this process."""
    started, own = time.perf_counter(), time.process_time()
    getattr(browser, method)(path)
    return time.perf_counter() - started, time.process_time() - own


def _as_text(found: dict[str, dict[str, float]]) -> str:
    rows = [f"{name:28} {row['ms']:8.1f} {row['cpu_ms']:8.1f} {row['queries']:8}" for name, row in found.items()]
    return "\n".join([f"{'':28} {'ms':>8} {'cpu_ms':>8} {'queries':>8}", *rows])


if __name__ == "__main__":
    main()
