"""`download`, and what it tells of its progress."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.ml import catalog, class_names, downloading, progress, publishers
from classifier.ml.__main__ import main
from tests.ml.publishing import Publisher, publisher
from tests.ml.test_downloading import archive

LINE = '{"key_id": "1", "drawing": [[[0, 255], [0, 255]]]}\n'


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "PAUSES", (0.0, 0.0))


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Publisher]:
    """Three classes, one of them with spaces in its name."""
    root = tmp_path / "google"
    for folder in ("simplified", "numpy_bitmap"):
        (root / folder).mkdir(parents=True)
    for number, name in enumerate(("car", "laptop", "The Mona Lisa"), 1):
        (root / "simplified" / f"{name}.ndjson").write_text(LINE * number)
        np.save(root / "numpy_bitmap" / f"{name}.npy", np.full((number, 784), number, dtype=np.uint8))
    with publisher(root) as running:
        yield running


@pytest.mark.parametrize(("name", "dataset"), [("quickdraw", "quickdraw"), ("quickdraw-bitmaps", "bitmaps")])
@pytest.mark.parametrize("place", ["address", "folder"])
def test_classes_come_and_can_be_loaded(
    name: str, dataset: str, place: str, google: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out, chosen = (
        google.address if place == "address" else str(google.root),
        tmp_path / "out",
        tmp_path / "class_names.txt",
    )
    class_names.write(["The Mona Lisa", "car"], chosen)
    arguments = ["download", name, "--from", source, "--out", str(out), "--classes", str(chosen)]
    assert main(arguments) == 0
    first = capsys.readouterr()
    assert json.loads(first.out)["downloaded"] == 2
    assert "2 of 2: " in first.err
    examples = catalog.find(catalog.DATASETS, dataset)(out, classes=("car", "The Mona Lisa"))
    assert examples.labels.tolist() == [0, 1, 1, 1]

    asked = len(google.asked)
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == {"folder": str(out), "downloaded": 0, "bytes": 0, "already_there": 2}
    assert len(google.asked) == asked


def test_names_are_percent_encoded(google: Publisher, tmp_path: Path) -> None:
    arguments = ["download", "quickdraw", "--from", f"{google.address}/", "--out", str(tmp_path), "--class", "The Mona Lisa"]
    assert main(arguments) == 0
    assert google.asked == [("/simplified/The%20Mona%20Lisa.ndjson", None)]


def test_the_folder_decides_which_classes_there_are(google: Publisher, tmp_path: Path) -> None:
    flat = google.root / "simplified"
    assert main(["download", "quickdraw", "--from", str(flat), "--out", str(tmp_path)]) == 0
    assert len(list((tmp_path / "simplified").iterdir())) == 3


REFUSED = {
    "an unknown class": (["quickdraw", "--class", "car", "the mona liza"], "did you mean 'The Mona Lisa'?"),
    "classes of an archive": (["cifar10", "--class", "cat"], "cifar10 comes whole"),
    "no such folder": (["quickdraw", "--from", "/nowhere"], "There is no folder /nowhere."),
    "an address of another kind": (["quickdraw", "--from", "ftp://127.0.0.1", "--class", "car"], "must begin with http"),
    "no such file of names": (["quickdraw", "--classes", "/nowhere.txt"], "/nowhere.txt: No such file"),
    "a folder without": (["quickdraw", "--from", "EMPTY"], "No <class>.ndjson files in "),
    "a folder without the archive": (["cifar10", "--from", "EMPTY"], "There is no cifar-10-python.tar.gz"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_downloaded_is_refused_with_a_sentence(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, said = REFUSED[case]
    arguments = [str(tmp_path) if argument == "EMPTY" else argument for argument in given]
    assert main(["download", *arguments, "--out", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert len(printed.err.splitlines()) == 1


def test_without_a_folder_or_a_mirror_google_is_asked_for_every_class() -> None:
    published = publishers.PUBLISHED["quickdraw"]
    assert isinstance(published, publishers.ClassFiles)
    wanted = published.wanted(None, None)
    assert len(wanted) == 345
    mona = "https://storage.googleapis.com/quickdraw_dataset/full/simplified/The%20Mona%20Lisa.ndjson"
    assert wanted["simplified/The Mona Lisa.ndjson"] == mona


@pytest.mark.parametrize("place", ["address", "folder"])
def test_cifar10_is_checked_and_unpacked(
    place: str, google: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published = publishers.PUBLISHED["cifar10"]
    assert isinstance(published, publishers.Archive)
    packed = archive(google.root / published.name, {f"{published.folder}/batches.meta": b"1"})
    source = google.address if place == "address" else str(google.root)
    arguments = ["download", "cifar10", "--from", source, "--out", str(tmp_path / "out")]
    assert main(arguments) == 2
    assert "its MD5 is" in capsys.readouterr().err

    md5 = hashlib.md5(packed.read_bytes(), usedforsecurity=False).hexdigest()
    monkeypatch.setitem(publishers.PUBLISHED, "cifar10", replace(published, md5=md5))
    assert main(arguments) == 0
    assert (tmp_path / "out" / published.folder / "batches.meta").read_bytes() == b"1"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [published.folder]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["already_there"] == 1


def test_progress_tells_the_time_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 0.0, 20.0, 40.0))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(times)))
    with progress.Progress(2) as shown:
        report = shown.of("car.npy")
        report(0, 8_000_000)
        report(2_000_000, 8_000_000)
        report(8_000_000, 8_000_000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["1 of 2: car.npy, 2.0 of 8.0 MB, about 2 min left", "1 of 2: car.npy, 8.0 of 8.0 MB, about 40 s left"]


@pytest.mark.parametrize(("seconds", "said"), [(3, "3 s"), (600, "10 min"), (9000, "2.5 h")])
def test_time_is_told_as_people_do(seconds: float, said: str) -> None:
    assert progress.span(seconds) == said
