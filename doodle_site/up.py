"""The whole site from one process, as `make up` starts it: `python -m doodle_site.up`.

It prepares the database, starts the web server, a worker that answers, one that fetches and one that trains, prints `Ready: …`
once `/readyz` answers 200, restarts a part that dies, and stops all on Ctrl-C, SIGTERM or SIGHUP. `PORT` and `DOODLE_DATA` are
its only settings.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_STOP = 10.0
QUICK_DEATH = 30.0  # seconds: a part that lived longer is restarted without holding earlier deaths against it
MOST_QUICK_DEATHS = 5
PR_SET_PDEATHSIG = 1


class Refusal(Exception):
    """Why the site cannot run, in a sentence that says what to do."""


def read_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Refusal(f"PORT={text} is not a port: give a number from 1 to 65535, for example PORT=8001 make up")
    return int(text)


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Refusal(f"Port {port}: {error.strerror}. Choose another, for example PORT={port % 65535 + 1} make up") from None


@contextmanager
def owned_data_folder() -> Iterator[None]:
    """Make the data folder and hold it for this process alone: its broker and its database are for one site."""
    folder = Path(os.environ.get("DOODLE_DATA") or BASE / "var").resolve()
    os.environ["DOODLE_DATA"] = str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "up.lock").open("a")
    except OSError as error:
        raise Refusal(f"Data folder {folder}: {error.strerror}. Choose one that can be written with DOODLE_DATA=…") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(f"Another site runs on {folder}: stop it, or choose another DOODLE_DATA and PORT") from None
        yield


def die_with_parent(parent: int, signum: signal.Signals = signal.SIGKILL) -> None:
    """Ask Linux for `signum` when the process `parent` ends, however it ends. Elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), signum)


@dataclass
class Part:
    """One process of the site, and how often it has died young."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0
    quick_deaths: int = 0

    def tend(self) -> None:
        if self.process is None and time.monotonic() >= self.start_at:
            self.start()
        elif self.process is not None and self.process.poll() is not None:
            self.bury(self.process)

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches the supervisor alone, which then stops its parts in order."""
        self.start_at = time.monotonic()
        bound = partial(die_with_parent, os.getpid())
        self.process = subprocess.Popen(self.command, cwd=BASE, start_new_session=True, preexec_fn=bound)

    def bury(self, process: subprocess.Popen[bytes]) -> None:
        kill(process)
        self.process = None
        lived = time.monotonic() - self.start_at
        self.quick_deaths = self.quick_deaths + 1 if lived < QUICK_DEATH else 1
        if self.quick_deaths >= MOST_QUICK_DEATHS:
            raise Refusal(f"The {self.name} died {self.quick_deaths} times in a row: its last words stand above")
        with suppress(OSError):  # nobody reads any more
            print(f"The {self.name} ended with exit code {process.returncode}; starting it again", file=sys.stderr, flush=True)
        self.start_at = time.monotonic() + 0.5 * 2 ** (self.quick_deaths - 1)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of it: the process and all it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def parts_of_the_site(port: int) -> list[Part]:
    web = ["gunicorn", "doodle_site.wsgi:application", "--bind", f"{HOST}:{port}", "--worker-class", "doodle_site.web.Worker"]
    web += ["--workers", "1", "--threads", "288", "--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"]
    worker = ["celery", "--app", "doodle_site", "--quiet", "worker", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    predictor = ["--pool", "solo", "--queues", "predictions,housekeeping", "--hostname", f"doodle-{port}@%h"]
    fetcher = ["--pool", "threads", "--concurrency", "4", "--queues", "fetching", "--hostname", f"fetcher-{port}@%h"]
    trainer = ["--pool", "solo", "--queues", "training", "--hostname", f"trainer-{port}@%h"]
    return [
        Part("web server", [sys.executable, "-m", *web, "--log-level", "warning"]),
        Part("worker", [sys.executable, "-m", *worker, *predictor]),
        Part("fetcher", [sys.executable, "-m", *worker, *fetcher]),
        Part("trainer", [sys.executable, "-m", *worker, *trainer]),
    ]


def stop(parts: list[Part]) -> None:
    processes = [part.process for part in parts if part.process is not None]
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        kill(process)
    gc.freeze()  # else all that Django loaded is looked through for garbage before this process ends, too


def prepare() -> None:
    """Bring the database up to date and make the bundled models known."""
    import django
    from django.core.management import call_command
    from django.db import connections

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doodle_site.settings")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes on processors and absent graphics cards
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("register_models", verbosity=0)
    connections.close_all()


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)  # which asks no proxy
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def make_was_interrupted() -> bool:
    """GNU make passes SIGTERM on but keeps a SIGINT sent to it alone, and waits: then it has the signal blocked."""
    if "MAKELEVEL" not in os.environ:
        return False
    try:
        blocked = Path(f"/proc/{os.getppid()}/status").read_text().split("SigBlk:")[1].split()[0]
    except OSError:
        return False
    return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)


def supervise(parts: list[Part], port: int) -> None:
    """Keep the parts alive until someone wants the site to stop."""
    stop_wanted: list[int] = []
    for signum in STOP_SIGNALS:
        signal.signal(signum, lambda signum, _: stop_wanted.append(signum))
    ready = False
    while not stop_wanted and not make_was_interrupted():
        for part in parts:
            part.tend()
        if not ready and (ready := is_ready(port)):
            print(f"Ready: http://{HOST}:{port}", flush=True)
        time.sleep(0.2)


def main() -> None:
    for signum in STOP_SIGNALS:
        signal.signal(signum, lambda *_: sys.exit(0))  # nothing to stop yet
    if "MAKELEVEL" in os.environ:
        die_with_parent(os.getppid(), signal.SIGTERM)
    try:
        port = read_port()
        with owned_data_folder():
            require_free(port)
            prepare()
            parts = parts_of_the_site(port)
            try:
                supervise(parts, port)
            finally:
                stop(parts)
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
