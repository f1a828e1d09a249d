"""`classify`, with the artifact that comes with the project."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from classifier.ml import files, pixels
from tests.ml.commanding import Run
from tests.ml.drawn import ARTIFACT, BITMAPS, IMAGES, LINES, WORDS, write


def as_png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two drawings, a blank page, a broken file and a hidden one, in two levels."""
    inner = tmp_path / "pictures" / "inner"
    inner.mkdir(parents=True)
    (inner / "cat.png").write_bytes(as_png(Image.fromarray(IMAGES[WORDS.index("cat")])))
    (inner / "snowman.jpg").write_bytes(as_png(Image.fromarray(IMAGES[WORDS.index("snowman")])))
    (inner.parent / "blank.png").write_bytes(as_png(Image.new("RGB", (300, 200), "white")))
    (inner.parent / "broken.png").write_bytes(as_png(Image.fromarray(IMAGES[0]))[:500])
    (inner.parent / ".DS_Store").write_bytes(b"hidden")
    return inner.parent


@pytest.mark.tensorflow
def test_classify_answers_for_every_file_in_its_place(run: Run, folder: Path, recognizer: Any) -> None:
    result = run("classify", ARTIFACT, folder, folder / "none.png", folder / "inner" / "cat.png", "--json")
    assert result.code == 1
    names = [Path(answer["file"]).name for answer in result.json]
    assert names == ["blank.png", "broken.png", "cat.png", "snowman.jpg", "none.png", "cat.png"]
    blank, broken, cat, snowman, none, again = result.json
    assert blank["unsure"] is True
    assert blank["error"] is None
    assert broken["error"].startswith("The picture is incomplete or damaged.")
    assert none["error"] == "No such file or directory."
    assert (broken["guesses"], broken["unsure"]) == (none["guesses"], none["unsure"]) == ([], None)
    assert cat == again
    assert [answer["guesses"][0]["label"] for answer in (cat, snowman)] == ["cat", "snowman"]


@pytest.mark.tensorflow
def test_classify_gives_the_best_three_as_the_network_does(run: Run, folder: Path, recognizer: Any) -> None:
    path = folder / "inner" / "cat.png"
    result = run("classify", ARTIFACT, path, "--json")
    assert result.code == 0
    row = recognizer.probabilities(pixels.drawing(pixels.open_picture(path.read_bytes()))[None])[0]
    best = np.argsort(-row)[:3]
    expected = [{"label": recognizer.card.labels[index], "probability": round(float(row[index]), 6)} for index in best]
    unsure = bool(row.max() < recognizer.card.unsure_below)
    assert result.json == [{"file": str(path), "guesses": expected, "unsure": unsure, "error": None}]


@pytest.mark.tensorflow
def test_classify_reads_drawings_in_lines(run: Run, tmp_path: Path, recognizer: Any) -> None:
    for name in ("some.ndjson", "some.ndjson.gz"):
        path = write(tmp_path / name)
        result = run("classify", ARTIFACT, path, "--json")
        assert result.code == 0
        assert [answer["file"] for answer in result.json] == [f"{path}:{number}" for number in range(1, len(WORDS) + 1)]
        guessed = [answer["guesses"][0]["label"] for answer in result.json]
        assert guessed == [recognizer.card.labels[index] for index in recognizer.probabilities(BITMAPS).argmax(axis=1)]


@pytest.mark.tensorflow
def test_classify_goes_on_after_a_bad_line(run: Run, tmp_path: Path, recognizer: Any) -> None:
    path = tmp_path / "some.ndjson"
    path.write_text('{"drawing": []}\n{oh\n' + LINES)
    result = run("classify", ARTIFACT, path, "--json")
    assert result.code == 1
    assert [bool(answer["error"]) for answer in result.json] == [True, True] + [False] * len(WORDS)


@pytest.mark.tensorflow
def test_classify_reads_stdin(run: Run, folder: Path, recognizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "inner" / "cat.png").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        result = run("classify", ARTIFACT, "-", "--json")
    assert result.code == 0
    assert result.json[0]["file"] == "-"
    assert result.json[0]["guesses"][0]["label"] == "cat"


@pytest.mark.tensorflow
def test_classify_speaks_in_lines(run: Run, folder: Path, recognizer: Any) -> None:
    result = run("classify", ARTIFACT, folder, folder / "none.png")
    assert result.code == 1
    blank, broken, cat, *_, last = result.out.splitlines()
    assert blank.startswith(f"{folder / 'blank.png'}: not sure, perhaps ")
    assert broken.startswith(f"{folder / 'broken.png'}: cannot be read: ")
    assert cat.startswith(f"{folder / 'inner' / 'cat.png'}: ")
    assert cat.count(" %") == 3
    assert last.endswith("No such file or directory.")


def test_an_empty_folder_is_an_error_in_its_place(tmp_path: Path) -> None:
    assert [picture.error for picture in files.pictures([str(tmp_path)], "bitmap")] == ["There are no files in this folder."]


@pytest.mark.tensorflow
def test_in_a_process_of_its_own_stdout_is_json_alone(folder: Path) -> None:
    command = [sys.executable, "-m", "classifier.ml", "classify", str(ARTIFACT), str(folder / "inner"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert [answer["guesses"][0]["label"] for answer in json.loads(done.stdout)] == ["cat", "snowman"]
