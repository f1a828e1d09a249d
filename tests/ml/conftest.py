from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from classifier.ml.__main__ import main
from classifier.ml.commands import classify, evaluate
from tests.ml.commanding import Ran, Run
from tests.ml.drawn import ARTIFACT


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def ran(*arguments: object) -> Ran:
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return ran


@cache
def loaded(artifact: Path) -> Any:
    from classifier.ml.inference import Recognizer

    return Recognizer(artifact)


@pytest.fixture
def recognizer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The commands' recognizer, loaded once for all tests."""
    for command in (evaluate, classify):
        monkeypatch.setattr(command, "open_recognizer", loaded)
    return loaded(ARTIFACT)
