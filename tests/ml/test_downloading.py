"""Downloads from a real server that serves well, breaks off, forgets what it promised or is not there."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from classifier.ml import downloading
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
