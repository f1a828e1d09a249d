"""Do 200 who wait slow down those who send?

    python -m benchmarks.waiting [--waiters 200] [--submitters 8] [--seconds 15] [--postgresql]

Starts a real site (web server and one worker) on a database of its own. Submitters send drawings without a pause, each waiting
for its answer; first alone, then while others hold `?wait=30` open on a prediction that nobody can answer: its picture is at
an address, and nothing fetches. How to read it: `submit` is the time until a drawing is taken, `answer` until its result is
here, each with its median and its 99th percentile in milliseconds; `sent_away_early` is how often a waiter was answered before
its time. Text on stderr, the same as JSON on stdout.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx

from tests import servers
from tests.running import Caller, Site

HELD_S = 30
_numbers = count(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--waiters", type=int, default=200)
    parser.add_argument("--submitters", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15, help="of each of the two measurements (15)")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        settings = {"DOODLE_RATE": "100000", "DOODLE_QUOTA": "1000000"}
        if options.postgresql:
            settings["DATABASE_URL"] = stack.enter_context(servers.postgresql())
        site = Site(Path(stack.enter_context(tempfile.TemporaryDirectory())), settings)
        stack.callback(site.stop)
        site.start()
        found = measure(site, options.waiters, options.submitters, options.seconds)
    print("\n".join(f"{name:32}{value:10}" for name, value in found.items()), file=sys.stderr)
    print(json.dumps({"database": "postgresql" if options.postgresql else "sqlite", **found}, indent=1))


def measure(site: Site, waiters: int, submitters: int, seconds: float) -> dict[str, float]:
    submitting(site, submitters, min(seconds, 3))  # the first connections and answers take longer
    found = {f"alone_{name}": value for name, value in submitting(site, submitters, seconds).items()}
    with Waiters(site, waiters).waiting() as held:
        among = submitting(site, submitters, seconds)
    return found | {f"among_waiters_{name}": value for name, value in among.items()} | held.figures()


def submitting(site: Site, submitters: int, seconds: float) -> dict[str, float]:
    """Milliseconds."""
    with ThreadPoolExecutor(submitters) as pool:
        runs = list(pool.map(lambda _: _submit_for(site, seconds), range(submitters)))
    submits = [taken for run in runs for taken, _ in run]
    answers = [answered for run in runs for _, answered in run]
    return {"answered": len(answers), **_spread("submit", submits), **_spread("answer", answers)}


def _submit_for(site: Site, seconds: float) -> list[tuple[float, float]]:
    times = []
    with closing(Caller(site, f"submitter{next(_numbers)}")) as caller:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            drawing = [[[0, 100, next(_numbers) % 5000], [0, 100, 50]]]
            started = time.perf_counter()
            sent = caller.post("/api/v1/predictions/", json={"strokes": drawing}).raise_for_status()
            taken = time.perf_counter() - started
            answer = caller.get(sent.headers["Location"], params={"wait": 20}) if sent.status_code == 202 else sent
            assert answer.json()["status"] == "succeeded", answer.text
            times.append((taken, time.perf_counter() - started))
    return times


def _spread(name: str, seconds: list[float]) -> dict[str, float]:
    percentiles = statistics.quantiles(seconds, n=100)
    return {f"{name}_p50_ms": round(percentiles[49] * 1000, 1), f"{name}_p99_ms": round(percentiles[98] * 1000, 1)}


@dataclass
class Waiters:
    """So many requests held open, from a thread of their own."""

    site: Site
    number: int
    early: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def waiting(self) -> Iterator[Waiters]:
        with closing(Caller(self.site, f"waiting{next(_numbers)}")) as caller:
            sent = caller.post("/api/v1/predictions/", json={"image_url": "http://example.com/never.png"}).raise_for_status()
            address, headers = sent.headers["Location"], dict(caller.headers)
        thread = threading.Thread(target=lambda: asyncio.run(self._hold(address, headers)))
        thread.start()
        time.sleep(3)  # until all are there
        yield self
        self._stop.set()
        thread.join()

    async def _hold(self, address: str, headers: dict[str, str]) -> None:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=self.site.url, headers=headers, limits=limits, timeout=HELD_S * 3) as client:
            holding = [asyncio.create_task(self._wait(client, address)) for _ in range(self.number)]
            while not self._stop.is_set():
                await asyncio.sleep(0.2)
            for one in holding:
                one.cancel()

    async def _wait(self, client: httpx.AsyncClient, address: str) -> None:
        while True:
            started = time.monotonic()
            (await client.get(address, params={"wait": HELD_S})).raise_for_status()
            held = time.monotonic() - started
            if held < HELD_S - 1:
                self.early += 1
                await asyncio.sleep(1)

    def figures(self) -> dict[str, float]:
        return {"waiters": self.number, "sent_away_early": self.early}


if __name__ == "__main__":
    main()
