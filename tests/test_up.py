"""`make up`: the site comes up from one command, keeps what it has, and leaves nothing behind when it goes."""

import gc
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from doodle_site import up
from tests.servers import free_port

BASE = Path(__file__).resolve().parent.parent
NOT_INHERITED = ("MAKE", "MFLAGS", "DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "DJANGO_", "DOODLE_", "PORT")

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"),
]


def eventually(condition: Callable[[], bool], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)


class Site:
    """`make up` in a session of its own, as in a terminal of its own."""

    def __init__(self, data: Path, port: int | str) -> None:
        self.data, self.port = data, port
        self.log = data.with_suffix(".log")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
        environment |= {"DOODLE_DATA": str(data), "PORT": str(port)}
        with self.log.open("a") as log:
            self.log_start = log.tell()
            self.make = subprocess.Popen(
                ["env", "--default-signal=INT", "make", "--no-print-directory", "up"],
                cwd=BASE,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()[self.log_start :]

    def processes(self) -> dict[int, str]:
        """Every process of this site, by its data folder, with its command line."""
        mark = f"DOODLE_DATA={self.data}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it has just ended, or is another user's
        return {pid: command for pid, command in found.items() if command}

    def pids(self, word: str) -> list[int]:
        return [pid for pid, command in self.processes().items() if word in command]

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.make.poll() is None, self.said()
            return f"Ready: http://127.0.0.1:{self.port}\n" in self.said()

        eventually(is_ready, "Ready", 120)
        assert self.answers()

    def is_gone(self) -> bool:
        return self.make.poll() is not None and not self.processes()


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def start(name: str, port: int | str = 0) -> Site:
        sites.append(Site(tmp_path / name, port or free_port()))
        return sites[-1]

    yield start
    for site in sites:
        for pid in site.processes():
            os.kill(pid, signal.SIGKILL)
        site.make.wait()


def test_two_sites_side_by_side_each_heal_and_each_go_without_a_trace(start_site: Callable[..., Site]) -> None:
    one, other = start_site("one"), start_site("other")
    one.wait_until_ready()
    other.wait_until_ready()

    same_folder = start_site("one")
    assert same_folder.make.wait(30) != 0
    assert "DOODLE_DATA" in same_folder.said()

    same_port = start_site("third", port=one.port)
    assert same_port.make.wait(30) != 0
    assert f"Port {one.port}" in same_port.said()

    (worker,) = one.pids("--queues predictions")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: worker not in one.processes() and len(one.pids("--queues predictions")) == 1, "a new worker", 15)
    assert len(one.pids("--queues fetching")) == 1
    eventually(one.answers, "ready again", 60)
    assert other.answers()

    one.make.terminate()
    eventually(one.is_gone, "SIGTERM to make stops everything", 15)
    assert other.answers()

    (supervisor,) = other.pids("doodle_site.up")
    os.kill(supervisor, signal.SIGKILL)
    eventually(other.is_gone, "nothing outlives the supervisor", 15)


def test_a_second_start_keeps_the_data_and_ctrl_c_stops_it(start_site: Callable[..., Site]) -> None:
    first = start_site("kept")
    first.wait_until_ready()
    key = (first.data / "secret_key").read_bytes()
    first.make.send_signal(signal.SIGINT)  # to make alone, which does not pass it on
    eventually(first.is_gone, "SIGINT to make stops everything", 30)

    second = start_site("kept", first.port)
    second.wait_until_ready()
    assert (second.data / "secret_key").read_bytes() == key
    os.killpg(second.make.pid, signal.SIGINT)  # as a terminal does at Ctrl-C
    eventually(second.is_gone, "Ctrl-C stops everything", 15)


@pytest.mark.parametrize("port", ["eight", "0", "65536", "-1"])
def test_a_port_that_is_none_is_named(start_site: Callable[..., Site], port: str) -> None:
    site = start_site("never", port)
    assert site.make.wait(30) != 0
    assert f"PORT={port}" in site.said()


def test_the_end_does_not_wait_for_garbage_to_be_looked_for() -> None:
    try:
        up.stop([])
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
