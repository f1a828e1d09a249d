"""`python -m classifier.ml` as programs and people call it, whatever the command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifier.ml.__main__ import COMMANDS, main
from tests.ml.commanding import Run, assert_refused
from tests.ml.drawn import ARTIFACT, write


def test_what_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path / "set.npz")
    assert_refused(run("evaluate", ARTIFACT, "--data", tmp_path / "none.npz"), "none.npz: No such file or directory.")
    assert_refused(run("evaluate", tmp_path / "none", "--data", data), "There is no artifact")
    assert_refused(run("evaluate", tmp_path, "--data", data), "card.json cannot be read")
    assert_refused(run("evaluate", ARTIFACT, "--data", data, "--out", tmp_path / "none" / "out.npz"), "There is no folder")
    assert_refused(run("classify", tmp_path / "none", "cat.png"), "There is no artifact")
    assert_refused(run("train", "none", "--data", tmp_path, "--out", tmp_path), "No recipe 'none'. There are: doodle")


@pytest.fixture
def altered(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the artifact with other entries on its card."""

    def copied(**changes: Any) -> Path:
        copy = Path(shutil.copytree(ARTIFACT, tmp_path / "artifact", dirs_exist_ok=True))
        card = json.loads((copy / "card.json").read_text())
        (copy / "card.json").write_text(json.dumps({**card, **changes}))
        return copy

    return copied


def test_artifacts_that_cannot_answer_are_refused(run: Run, tmp_path: Path, altered: Callable[..., Path]) -> None:
    data = write(tmp_path / "set.npz")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"input": "smell"}, "input 'smell' is not one of"),
        ({"network": "transformer"}, "needs the network 'transformer'"),
        ({"weights_sha256": "0" * 64}, "sha256 differs"),
        ({"more": 1}, "must have exactly the fields"),
    ]
    for changes, said in refused:
        artifact = altered(**changes)
        assert_refused(run("evaluate", artifact, "--data", data), said)
        assert_refused(run("classify", artifact, data), said)


def test_help_loads_no_tensorflow() -> None:
    code = f"""
import sys
from classifier.ml.__main__ import main
for command in {COMMANDS!r}:
    try:
        main([command, "--help"])
    except SystemExit as end:
        assert end.code == 0
assert not {{"tensorflow", "keras"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert f"usage: python -m classifier.ml {command}" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["dance"], ["evaluate"], ["classify", "artifact"], ["train", "doodle"]])
def test_wrong_calls_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "error:" in capsys.readouterr().err
