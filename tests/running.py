"""The whole site in real processes: a web server and workers, as a person starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port

PASSWORD = "a long enough secret"
ROOT = Path(__file__).resolve().parent.parent
WEB = ["-m", "gunicorn", "doodle_site.wsgi:application", "--worker-class", "doodle_site.web.Worker", "--threads", "288",
       "--no-control-socket"]  # fmt: skip
CELERY = ["-m", "celery", "-A", "doodle_site", "worker", "--loglevel", "WARNING",
          "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
WORKER = [*CELERY, "--pool", "solo", "--queues", "predictions"]
TRAINER = [*CELERY, "--pool", "solo", "--queues", "training"]
FETCHER = [*CELERY, "--pool", "threads", "--concurrency", "4", "--queues", "fetching"]


class Site:
    """One running site with a data folder of its own."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, **settings, "DOODLE_DATA": str(folder), "PYTHONWARNINGS": "default"}
        self.log = folder / "log"
        self.web: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True, timeout=120)
        return done.stdout

    def start(self) -> None:
        self.manage("migrate", "--verbosity", "0")
        self.manage("register_models")
        self.start_worker()
        self.web = self._start([*WEB, "--bind", f"127.0.0.1:{self.port}"])
        self.wait_until(lambda: httpx.get(f"{self.url}/readyz").status_code == 200, 180)

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = self._start([*WORKER, "--hostname", f"worker{len(self.workers)}-{self.port}@localhost"])
        self.workers.append(worker)
        return worker

    def start_fetcher(self, *allowed: str) -> subprocess.Popen[bytes]:
        """The worker for pictures at addresses; `allowed` are private places that it may reach. Only some stories need it."""
        self.environment["DOODLE_FETCH_ALLOW"] = ",".join(allowed)
        fetcher = self._start([*FETCHER, "--hostname", f"fetcher{len(self.workers)}-{self.port}@localhost"])
        self.workers.append(fetcher)
        return fetcher

    def start_trainer(self) -> subprocess.Popen[bytes]:
        """The worker for training runs. Only some stories need it."""
        trainer = self._start([*TRAINER, "--hostname", f"trainer{len(self.workers)}-{self.port}@localhost"])
        self.workers.append(trainer)
        return trainer

    def _start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def wait_until(self, true: Any, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if true():
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"It did not come to pass in {seconds} s. The log ends:\n{self.log.read_text()[-4000:]}")

    def kill_workers(self) -> None:
        self._stop(self.workers, signal.SIGKILL)
        self.workers = []

    def stop(self) -> None:
        self._stop([*self.workers, *([self.web] if self.web else [])], signal.SIGTERM)

    def _stop(self, processes: list[subprocess.Popen[bytes]], with_signal: signal.Signals) -> None:
        for process in processes:
            process.send_signal(with_signal)
        for process in processes:
            process.wait(20)


class Caller(httpx.Client):
    """A program with an account and a token."""

    def __init__(self, site: Site, username: str) -> None:
        super().__init__(base_url=site.url, timeout=40)
        person = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        self.post("/api/v1/users/", json=person).raise_for_status()
        made = self.post("/api/v1/tokens/", json={"name": "story"}, auth=(username, person["password"])).raise_for_status()
        self.headers["Authorization"] = f"Bearer {made.json()['token']}"
