"""A process that trains ends with whoever started it, and in peace by itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

WATCHING = """
import threading, time
from classifier.ml.commands.retrain import _end_with_stdin
threading.Thread(target=_end_with_stdin, daemon=True).start()
time.sleep({seconds})
"""


@pytest.mark.parametrize(("seconds", "closed", "code"), [(0.05, False, 0), (60, True, 1)])
def test_it_ends_as_it_should(seconds: float, closed: bool, code: int) -> None:
    command = [sys.executable, "-c", WATCHING.format(seconds=seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        if closed:
            process.stdin.close()
        assert process.wait(50) == code
