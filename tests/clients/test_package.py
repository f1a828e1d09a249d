"""The client as it is installed elsewhere: a wheel of its own, which needs httpx and nothing of the site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from doodle_client import __version__
from tests.running import ROOT

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
USE = """
import sys
sys.path.insert(0, sys.argv[1])
import doodle_client.command_line
print(sorted({name.partition(".")[0] for name in sys.modules} & {"django", "rest_framework", "classifier", "numpy", "PIL"}))
print(doodle_client.__file__.startswith(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(ROOT / "clients" / "python", folder / "source", ignore=shutil.ignore_patterns("build", "*.egg-info"))
    command = [sys.executable, "-c", BUILD, str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=60)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_has_types_a_command_a_licence_and_one_dependency(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = f"doodle_client-{__version__}.dist-info"
    metadata = archive.read(f"{info}/METADATA").decode()
    assert "doodle_client/py.typed" in archive.namelist()
    assert "doodle = doodle_client.command_line:main" in archive.read(f"{info}/entry_points.txt").decode()
    assert "License-Expression: MIT" in metadata
    assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == ["Requires-Dist: httpx<1,>=0.28"]
    archive.close()


def test_it_loads_nothing_of_the_site(wheel: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))}
    done = subprocess.run(
        [sys.executable, "-c", USE, str(wheel)], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["[]", "True"]
