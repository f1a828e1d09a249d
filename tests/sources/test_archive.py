from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import time
import tracemalloc
import zipfile
from contextlib import suppress
from typing import Any

import pytest

from classifier.sources import archive
from classifier.sources.submission import BadSubmission, Submission
from tests.factories import picture, zipped

MB = 1024 * 1024
CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def read(content: bytes) -> list[archive.Found]:
    return list(archive.from_archive(io.BytesIO(content)))


def refusal(content: bytes) -> str:
    """How the archive as a whole is refused; quickly, and without taking memory."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        tracemalloc.start()
        started = time.monotonic()
        with pytest.raises(BadSubmission) as refused:
            list(archive.from_archive(file))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.monotonic() - started < 10
    assert peak < 40 * MB
    return str(refused.value)


def patched(content: bytes, signature: bytes, offset: int, layout: str, value: int) -> bytes:
    """The archive with one number in each record of a kind replaced by a lie."""
    lied = bytearray(content)
    at = lied.find(signature)
    while at >= 0:
        struct.pack_into(layout, lied, at + offset, value)
        at = lied.find(signature, at + 4)
    return bytes(lied)


def test_pictures_come_in_their_order_with_their_names() -> None:
    found = read(zipped({"b.png": picture(40), "folder/a.jpg": picture(50, "JPEG"), "c.txt": b"I am a text"}))
    assert [name for name, _ in found] == ["b.png", "a.jpg", "c.txt"]
    assert [type(what) for _, what in found] == [Submission, Submission, BadSubmission]
    first = found[0][1]
    assert isinstance(first, Submission)
    assert (first.source, first.width) == ("archive", 40)


def test_what_nobody_meant_to_send_is_passed_over() -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = read(
        zipped(
            {
                "folder/": b"",
                "__MACOSX/._a.png": b"x",
                ".hidden.png": picture(30),
                "Thumbs.db": b"x",
                "inner.zip": zipped({"x.png": picture(30)}),
                "inner.png": zipped({"x.png": picture(30)}),
                link: b"/etc/passwd",
                "a.png": picture(30),
            }
        )
    )
    assert [name for name, _ in found] == ["a.png"]


@pytest.mark.parametrize("name", ["../../etc/passwd.png", "/etc/a.png", "C:\\Windows\\a.png", "..\\..\\a.png"])
def test_names_are_shown_without_their_way(name: str) -> None:
    assert "/" not in (shown := read(zipped({name: picture(30)}))[0][0])
    assert "\\" not in shown
    assert shown.endswith(".png")


def test_odd_names_do_no_harm() -> None:
    names = ["\u202egnp.exe.png", "a\nb\x07.png", "<script>.png", "é漢字\U0001f600.png", "x" * 60_000 + ".png"]
    found = read(zipped(dict.fromkeys(names, picture(30))))
    assert all(isinstance(what, Submission) for _, what in found)
    assert all(name.isprintable() and len(name) <= 200 for name, _ in found)
    not_utf_8 = zipped({"\u00e9\u00e9.png": picture(30)}).replace("\u00e9\u00e9".encode(), b"\xff\xfe\xff\xfe")
    assert refusal(not_utf_8) == archive.BROKEN


def test_without_a_picture_it_says_so() -> None:
    assert refusal(zipped({})) == archive.NO_PICTURE
    assert refusal(zipped({"inner.zip": zipped({"a.png": picture(30)})})) == archive.NO_PICTURE


def test_limits_on_numbers() -> None:
    small = picture(20)
    assert len(read(zipped({f"{number}.png": small for number in range(64)}))) == 64
    assert refusal(zipped({f"{number}.png": small for number in range(65)})) == archive.AT_ONCE.too_many
    assert refusal(zipped({f".{number}": b"" for number in range(1_001)})) == archive.AT_ONCE.too_many_entries
    assert refusal(zipped({f"{number}": b"" for number in range(30_000)})) == archive.AT_ONCE.too_many_entries


def test_a_picture_over_10_mb_fails_alone() -> None:
    found = read(zipped({"large.png": os.urandom(11 * MB), "a.png": picture(30)}, zipfile.ZIP_STORED))
    large, good = (what for _, what in found)
    assert isinstance(large, BadSubmission)
    assert large.code == "image_too_large"
    assert isinstance(good, Submission)


def test_100_mb_in_all_is_the_end() -> None:
    noise = os.urandom(9 * MB)
    assert refusal(zipped({f"{number}.png": noise for number in range(12)}, zipfile.ZIP_STORED)) == archive.TOO_LARGE


def test_a_bomb_is_refused_by_its_ratio() -> None:
    assert refusal(zipped({"zeros.bmp": bytes(200 * MB)})) == archive.BOMB


@pytest.mark.parametrize("declared", [0, 1, 2**32 - 2])
def test_sizes_that_lie_change_nothing(declared: int) -> None:
    bomb = zipped({"zeros.bmp": bytes(50 * MB)})
    lying = patched(patched(bomb, CENTRAL, 24, "<I", declared), LOCAL, 22, "<I", declared)
    assert refusal(lying) in (archive.BOMB, archive.BROKEN)
    small = zipped({"a.png": picture(30)})
    lying = patched(patched(small, CENTRAL, 20, "<I", declared), LOCAL, 18, "<I", declared)
    assert refusal(lying) in (archive.BOMB, archive.BROKEN)


def overlapping(entries: int) -> bytes:
    """Many names in the directory for one and the same content."""
    single = zipped({"a.png": picture(300)})
    start, end = single.index(CENTRAL), single.index(END)
    return single[:start] + single[start:end] * entries + struct.pack(
        "<4s4H2IH", END, 0, 0, entries, entries, entries * (end - start), start, 0
    )  # fmt: skip


def test_entries_that_overlap_are_refused() -> None:
    assert len(read(overlapping(1))) == 1
    assert refusal(overlapping(60)) == archive.BOMB


@pytest.mark.parametrize("lie", [(10, "<H", 1), (12, "<I", 2**31), (16, "<I", 2**31), (20, "<H", 500)])
def test_a_directory_that_lies_is_refused(lie: tuple[int, str, int]) -> None:
    content = zipped({f"{number}.png": b"" for number in range(20_000)})
    assert refusal(patched(content, END, *lie)) in (archive.BROKEN, archive.AT_ONCE.too_many_entries)


def test_a_locked_archive_is_refused() -> None:
    content = zipped({"a.png": picture(30)})
    locked = patched(patched(content, CENTRAL, 8, "<H", 1), LOCAL, 6, "<H", 1)
    assert refusal(locked) == archive.LOCKED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_inflate_without_bounds_are_refused(method: int) -> None:
    assert refusal(zipped({"zeros.bmp": bytes(20 * MB)}, method)) == archive.BROKEN


def test_a_damaged_archive_is_refused_wherever_it_breaks_off() -> None:
    whole = zipped({"a.png": picture(60), "b.png": picture(70)})
    for length in range(4, len(whole), 37):
        assert refusal(whole[:length]) == archive.BROKEN
    assert refusal(b"PK\x03\x04 and nothing more") == archive.BROKEN


def test_flipped_bytes_never_break_out() -> None:
    whole = zipped({"a.png": picture(60), "b.png": picture(70)})
    for at in range(0, len(whole), 5):
        flipped = bytearray(whole)
        flipped[at] ^= 0xFF
        with suppress(BadSubmission):
            read(bytes(flipped))


@pytest.mark.parametrize(("content", "expected"), [(zipped({}), True), (picture(30), False), (b"", False), (b"PK", False)])
def test_archives_are_known_by_their_beginning(content: bytes, expected: Any) -> None:
    file = io.BytesIO(content)
    assert archive.is_archive(file) is expected
    assert file.tell() == 0
