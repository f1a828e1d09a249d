"""Downloads from a real server that serves well, breaks off, forgets what it promised or is not there."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.ml import catalog, class_names, downloading, progress, publishers
from classifier.ml.__main__ import main
from classifier.ml.downloading import DownloadFailed, fetch, unpack
from tests.ml.publishing import Publisher, publisher
from tests.servers import free_port

CONTENT = np.random.default_rng(1).bytes(300_000)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "PAUSES", (0.0, 0.0))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Publisher]:
    root = tmp_path / "published"
    root.mkdir()
    (root / "data.npy").write_bytes(CONTENT)
    with publisher(root) as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "data.npy"


def bring(server: Publisher, path: Path, md5: str | None = None) -> list[tuple[int, int | None]]:
    """What was reported."""
    reports: list[tuple[int, int | None]] = []
    assert fetch(server.url("data.npy"), path, lambda done, whole: reports.append((done, whole)), md5=md5) == len(CONTENT)
    assert path.read_bytes() == CONTENT
    assert [one.name for one in path.parent.iterdir()] == ["data.npy"]
    return reports


def break_off(server: Publisher, path: Path, then: int = 0, size: int = 100_000) -> None:
    """A download that gave up after `size` bytes: the answers to further tries break off after `then` more."""
    server.cuts = [size, then, then, then]
    with pytest.raises(DownloadFailed, match="call it again to go on"):
        bring(server, path)
    assert not path.exists()
    assert path.with_name("data.npy.part").read_bytes() == CONTENT[:size]
    server.cuts, server.asked = [], []


def test_a_file_comes_whole_and_says_how_far_it_is(server: Publisher, path: Path) -> None:
    reports = bring(server, path)
    assert reports[0] == (0, len(CONTENT))
    assert reports[-1] == (len(CONTENT), len(CONTENT))
    assert reports == sorted(reports)


def test_a_cut_connection_goes_on_where_it_broke_off(server: Publisher, path: Path) -> None:
    server.cuts = [100_000, 50_000]
    bring(server, path)
    assert [asked for _, asked in server.asked] == [None, "bytes=100000-", "bytes=150000-"]


def test_as_long_as_something_comes_it_is_tried_again(server: Publisher, path: Path) -> None:
    server.cuts = [30_000] * 9
    bring(server, path)


def test_a_later_call_goes_on_where_the_first_broke_off(server: Publisher, path: Path) -> None:
    break_off(server, path)
    assert bring(server, path)[0] == (100_000, len(CONTENT))
    assert [asked for _, asked in server.asked] == ["bytes=100000-"]


def test_a_file_that_has_changed_meanwhile_begins_anew(server: Publisher, path: Path) -> None:
    server.promises = False
    break_off(server, path)
    path.with_name("data.npy.part").write_bytes(b"x" * 100_000)
    server.version = '"2"'
    assert bring(server, path)[0] == (0, len(CONTENT))


@pytest.mark.parametrize("version", [None, 'W/"1"'])
def test_where_nothing_tells_that_the_file_is_the_same_it_begins_anew(version: str | None, server: Publisher, path: Path) -> None:
    server.version = version
    break_off(server, path, then=100_000)
    bring(server, path)
    assert server.asked == [("/data.npy", None)]


def test_a_server_without_ranges_begins_anew(server: Publisher, path: Path) -> None:
    server.ranges = False
    break_off(server, path, then=100_000)
    assert bring(server, path)[0] == (0, len(CONTENT))
    assert [asked for _, asked in server.asked] == ["bytes=100000-"]


def test_what_was_all_there_but_its_name_begins_anew(server: Publisher, path: Path) -> None:
    break_off(server, path)
    path.with_name("data.npy.part").write_bytes(CONTENT)
    bring(server, path)
    assert [asked for _, asked in server.asked] == ["bytes=300000-", None]


@pytest.mark.parametrize("of_the_publication", [True, False])
def test_a_wrong_checksum_throws_the_file_away(of_the_publication: bool, server: Publisher, path: Path) -> None:
    md5 = "0" * 32 if of_the_publication else None
    server.md5_of = None if of_the_publication else b"another file"
    with pytest.raises(DownloadFailed, match=r"its MD5 is .*, but .* was promised"):
        bring(server, path, md5)
    assert list(path.parent.iterdir()) == []


def test_a_right_checksum_of_the_publication_is_enough(server: Publisher, path: Path) -> None:
    server.md5_of = b"another file"
    bring(server, path, hashlib.md5(CONTENT, usedforsecurity=False).hexdigest())


def test_a_server_in_trouble_is_asked_again(server: Publisher, path: Path) -> None:
    server.statuses = [503, 429]
    bring(server, path)
    server.statuses = [503] * 3
    path.unlink()
    with pytest.raises(DownloadFailed, match="answered 503"):
        bring(server, path)


def test_what_is_not_there_is_refused_at_once(server: Publisher, path: Path) -> None:
    with pytest.raises(DownloadFailed, match=r"none\.npy: the server answered 404 Not Found"):
        fetch(server.url("none.npy"), path, lambda done, whole: None)
    assert len(server.asked) == 1
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{free_port()}/data.npy", path, lambda done, whole: None)
    with pytest.raises(DownloadFailed, match="must begin with http"):
        fetch("ftp://127.0.0.1/data.npy", path, lambda done, whole: None)


# ---- archives ----------------------------------------------------------------------------------------------------------


def archive(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def test_an_archive_is_unpacked_whole(tmp_path: Path) -> None:
    packed = archive(tmp_path / "set.tar.gz", {"set/one": b"1", "set/two": b"2"})
    unpack(packed, "set", tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "set").iterdir()} == {"one": b"1", "two": b"2"}


@pytest.mark.parametrize("files", [{"set/one": b"1", "../harm": b""}, {"set/one": b"1", "/harm": b""}, {"another/one": b"1"}])
def test_an_archive_that_reaches_out_or_holds_something_else_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    packed = archive(tmp_path / "in" / "set.tar.gz", files)
    (tmp_path / "out").mkdir()
    if "/harm" in files:  # made relative, as every absolute name
        unpack(packed, "set", tmp_path / "out")
    else:
        with pytest.raises(DownloadFailed, match=r"set\.tar\.gz"):
            unpack(packed, "set", tmp_path / "out")
        assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "harm").exists()
    assert not Path("/harm").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"half"])
def test_a_damaged_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    packed = archive(tmp_path / "set.tar.gz", {"set/one": CONTENT})
    packed.write_bytes(packed.read_bytes()[:150_000] if content == b"half" else content)
    with pytest.raises(DownloadFailed, match="cannot be unpacked"):
        unpack(packed, "set", tmp_path)
    assert list(tmp_path.iterdir()) == [packed]


# ---- the command -------------------------------------------------------------------------------------------------------

LINE = '{"key_id": "1", "drawing": [[[0, 255], [0, 255]]]}\n'


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
    place: str, server: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    published = publishers.PUBLISHED["cifar10"]
    assert isinstance(published, publishers.Archive)
    packed = archive(server.root / published.name, {f"{published.folder}/batches.meta": b"1"})
    source = server.address if place == "address" else str(server.root)
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
