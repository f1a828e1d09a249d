"""Files whose structure costs more than their size tells: refused unread, while what cameras and programs write is taken."""

from __future__ import annotations

import struct
import time
import zlib
from typing import Any

import pytest
from PIL import Image

from classifier.ml import structure
from classifier.ml.pixels import MAX_BYTES, BadPicture, open_picture
from tests.ml.pictures import saved


def chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


SMALL = Image.new("RGB", (64, 64), "red")
PNG, JPEG = saved(SMALL, "PNG"), saved(SMALL, "JPEG")
ROOM = MAX_BYTES - 5_000


def scanned_again(times: int, size: tuple[int, int]) -> bytes:
    """A progressive JPEG whose last scan comes over and over: 88 bytes each, whatever the number of pixels."""
    whole = saved(Image.new("L", size, 128), "JPEG", progressive=True, quality=50)
    last = whole[whole.rindex(b"\xff\xc4") : -2]
    return whole[:-2] + last * times + whole[-2:]


LABORIOUS = {
    "png, many chunks": PNG[:33] + chunk(b"prVt") * (ROOM // 12) + PNG[33:],
    "png, many chunks behind": PNG[:-12] + chunk(b"prVt") * (ROOM // 12) + PNG[-12:],
    "png, many empty chunks of pixels": PNG[:33] + chunk(b"IDAT") * (ROOM // 12) + PNG[33:],
    "png, many texts": PNG[:33] + chunk(b"tEXt", b"a\0b") * (ROOM // 15) + PNG[33:],
    "jpeg, many segments": JPEG[:2] + b"\xff\xe5\0\2" * (ROOM // 4) + JPEG[2:],
    "jpeg, many comments": JPEG[:2] + b"\xff\xfe\0\2" * (ROOM // 4) + JPEG[2:],
    "jpeg, fill bytes": JPEG[:2] + b"\xff" * ROOM + JPEG[2:],
    "jpeg, stray bytes": JPEG[:20] + bytes(ROOM) + JPEG[20:],
    "jpeg, ends before it begins": JPEG[:2] + b"\xff\xd9" * (ROOM // 2) + JPEG[2:],
    "jpeg, 200 scans of 40 megapixels": scanned_again(200, (8_000, 5_000)),
    "jpeg, 100,000 scans": scanned_again(100_000, (200, 200)),
}


@pytest.mark.parametrize("data", LABORIOUS.values(), ids=LABORIOUS.keys())
def test_what_would_take_long_is_refused_at_once(data: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadPicture) as refusal:
        open_picture(data)
    assert time.process_time() - began < 0.5  # decoded, 200 scans take three seconds and the others up to an hour
    assert refusal.value.code == "image_too_large"
    assert "Save it again" in refusal.value.message


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"comment": b"\xff\xda" * 99}])
def test_what_programs_write_is_taken(options: dict[str, Any]) -> None:
    noise = Image.effect_noise((600, 400), 90)
    assert open_picture(saved(noise, "JPEG", quality=95, **options)).size == (600, 400)


def test_the_scans_of_a_picture_are_counted_and_not_those_of_its_thumbnail_or_of_what_follows() -> None:
    progressive = saved(SMALL, "JPEG", progressive=True)
    thumbnail = b"\xff\xe5" + struct.pack(">H", len(progressive) + 2) + progressive
    assert structure.scans(JPEG) == structure.scans(JPEG[:2] + thumbnail + JPEG[2:] + progressive * 5) == 1
    assert structure.scans(progressive) == structure.scans(progressive[:-2]) == 10
    assert structure.scans(PNG) == structure.scans(b"") == structure.scans(b"GIF89a") == 1


def test_a_film_behind_a_picture_does_not_matter() -> None:
    """As some phones save them; any bytes may stand in it."""
    assert open_picture(JPEG + b"\xff\xda" * 1_000_000).size == (64, 64)


def test_a_picture_of_many_chunks_of_pixels_is_taken() -> None:
    start = PNG.index(b"IDAT") - 4
    packed = PNG[start + 8 : start + 8 + int.from_bytes(PNG[start : start + 4])]
    one_byte_each = b"".join(chunk(b"IDAT", packed[place : place + 1]) for place in range(len(packed)))
    assert open_picture(PNG[:start] + chunk(b"prVt") * 50_000 + one_byte_each + PNG[-12:]).size == (64, 64)


def test_a_side_may_be_as_long_as_a_jpeg_can_have_it() -> None:
    assert open_picture(saved(Image.new("1", (65_535, 2)), "PNG")).size == (2_048, 1)
    assert open_picture(saved(Image.new("L", (1, 65_535)), "PNG")).size == (1, 2_048)
    with pytest.raises(BadPicture, match="65,535 pixels") as refusal:
        open_picture(saved(Image.new("1", (1, 65_536)), "PNG"))
    assert refusal.value.code == "image_too_large"
