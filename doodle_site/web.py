"""The web server's threads: many may wait, few work. `docs/decisions/waiting.md` says why so many."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

Job = Callable[[], None]


class LastIdleFirst(Executor):
    """Gives work to the thread that became idle last.

    Each thread keeps its database connection for a while: so no more are open than threads worked at once lately, however many
    there have to be when all wait.
    """

    def __init__(self, max_workers: int) -> None:
        self._max = max_workers
        self._threads = 0
        self._idle: list[SimpleQueue[Job]] = []
        self._waiting: deque[Job] = deque()
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        job = partial(_work, future, partial(fn, *args, **kwargs))
        with self._lock:
            if self._closed:
                raise RuntimeError("The web server is stopping")
            if self._idle:
                self._idle.pop().put(job)
            elif self._threads < self._max:
                self._threads += 1
                threading.Thread(target=self._run, args=[job], name=f"web {self._threads}", daemon=True).start()
            else:
                self._waiting.append(job)
        return future

    def _run(self, job: Job) -> None:
        inbox: SimpleQueue[Job] = SimpleQueue()
        while True:
            job()
            job = self._next_job(inbox) or inbox.get()

    def _next_job(self, inbox: SimpleQueue[Job]) -> Job | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(inbox)
        return None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more. The server waits for those that work; idle threads end with the process."""
        with self._lock:
            self._closed = True


def _work(future: Future[Any], call: Callable[[], Any]) -> None:
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)


class Worker(ThreadWorker):
    """Gunicorn's worker with threads, of ours."""

    def get_thread_pool(self) -> LastIdleFirst:
        return LastIdleFirst(self.cfg.threads)
