"""Some 2,000 hostile and odd files, made anew in each run from one seed: what a picture can be, and what it only seems to be.

A name begins with its kind: `whole` is every format, mode and size, `turned` has EXIF, `coloured` a profile, `cut` breaks off,
`flipped` has one bit changed, `bomb` promises or unpacks far more than it has, `other` is something else.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from tests.ml import profiles

SEED = 4
FLIPS = 48
CUTS = 16
ENDINGS = {"PNG": {}, "JPEG": {}, "GIF": {}, "WEBP": {}, "BMP": {}, "AVIF": {"speed": 10}}
MODES = {
    "PNG": ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"),
    "JPEG": ("1", "L", "RGB", "CMYK"),
    "GIF": ("1", "L", "P", "RGB", "RGBA"),
    "WEBP": ("L", "P", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "AVIF": ("L", "P", "RGB", "RGBA"),
}
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "PNG": ({},),
    "JPEG": ({}, {"progressive": True}, {"restart_marker_rows": 1}),
    "GIF": ({"interlace": False}, {"interlace": True}),
    "WEBP": ({}, {"lossless": True}),
    "BMP": ({},),
    "AVIF": ({},),
}
SIZES = ((1, 1), (1, 5_000), (5_000, 1), (28, 28), (400, 400))
ORIENTATIONS = (*range(10), 65_535)

Named = tuple[str, bytes]


def files() -> Iterator[Named]:
    """All of them, in the same order each time, with names that are there once."""
    small = dict(bases())
    for made in (_whole(), _turned(), _coloured(), _cut(small), _flipped(small), _bombs(), _others()):
        yield from made


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **{**ENDINGS[kind], **options})
    return file.getvalue()


def chunk(name: bytes, body: bytes = b"") -> bytes:
    """Of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def picture(mode: str, size: tuple[int, int]) -> Image.Image:
    """A scribble over a ramp: not one colour, in no mode."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    ImageDraw.Draw(image).line([(0, 0), (size[0] * 3 // 4, size[1] // 2), (size[0] // 4, size[1] - 1)], "navy", 3)
    match mode:
        case "I;16":
            return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
        case "LA" | "RGBA" | "PA":
            clear = image.convert("L" if mode == "LA" else "RGB")
            clear.putalpha(Image.radial_gradient("L").resize(size))
            return clear if mode != "PA" else clear.quantize(64)
    return image.convert(mode)


def bases() -> Iterator[Named]:
    """Small ones, to be damaged."""
    for kind, modes in MODES.items():
        for mode in dict.fromkeys((modes[1], modes[-1], "RGB")):
            yield f"{kind}-{mode}", saved(picture(mode, (48, 40)), kind)
    for kind in ("PNG", "GIF", "WEBP", "AVIF"):
        yield f"{kind}-animated", _animated(kind)
    yield "JPEG-progressive", saved(picture("RGB", (48, 40)), "JPEG", progressive=True)
    yield (
        "JPEG-exif-profile",
        saved(picture("RGB", (48, 40)), "JPEG", exif=_exif(6), icc_profile=profiles.display(profiles.P3, 2.2)),
    )
    yield (
        "PNG-exif-profile",
        saved(picture("RGB", (48, 40)), "PNG", exif=_exif(6), icc_profile=profiles.display(profiles.P3, 2.2)),
    )


def _animated(kind: str) -> bytes:
    frames = [picture("RGB", (48, 40)).rotate(angle) for angle in (0, 90, 180)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _whole() -> Iterator[Named]:
    for kind, modes in MODES.items():
        for mode in modes:
            for size in SIZES:
                for place, options in enumerate(OPTIONS[kind]):
                    yield f"whole/{kind}-{mode}-{size[0]}x{size[1]}-{place}", saved(picture(mode, size), kind, **options)
    for kind in ("PNG", "GIF", "WEBP", "AVIF"):
        yield f"whole/{kind}-animated", _animated(kind)
    pair = io.BytesIO()
    picture("RGB", (64, 48)).save(pair, "MPO", save_all=True, append_images=[picture("RGB", (64, 48))])
    yield "whole/MPO", pair.getvalue()


def _turned() -> Iterator[Named]:
    for kind in ("PNG", "JPEG", "WEBP", "AVIF"):
        for orientation in ORIENTATIONS:
            yield f"turned/{kind}-{orientation}", saved(picture("RGB", (40, 24)), kind, exif=_exif(orientation))
        for name, exif in (("empty", b"Exif\0\0"), ("cut", _exif(6)[:12]), ("noise", b"Exif\0\0" + bytes(range(200)))):
            with_exif = io.BytesIO()
            picture("RGB", (40, 24)).save(with_exif, kind, **({} if kind == "AVIF" else {"exif": exif}))
            yield f"turned/{kind}-{name}", with_exif.getvalue()


def _coloured() -> Iterator[Named]:
    display = profiles.display(profiles.ADOBE, 2.2)
    for kind in ("PNG", "JPEG", "WEBP", "AVIF"):
        for name, profile in (
            ("good", display),
            ("cut", display[:200]),
            ("grey", profiles.grey(1.8)),
            ("noise", bytes(range(256)) * 9),
        ):
            yield f"coloured/{kind}-{name}", saved(picture("RGB", (40, 24)), kind, icc_profile=profile)
    press = profiles.press({(0, 0, 0, 0): (100, 0, 0)})
    yield "coloured/JPEG-press", saved(picture("CMYK", (40, 24)), "JPEG", icc_profile=press)


def _cut(bases: dict[str, bytes]) -> Iterator[Named]:
    for name, content in bases.items():
        for part in range(1, CUTS):
            yield f"cut/{name}-{part}", content[: len(content) * part // CUTS]
        yield f"cut/{name}-last", content[:-1]


def _flipped(bases: dict[str, bytes]) -> Iterator[Named]:
    chance = random.Random(SEED)
    for name, content in bases.items():
        for number in range(FLIPS):
            damaged = bytearray(content)
            damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            yield f"flipped/{name}-{number}", bytes(damaged)


def _png(*chunks: bytes, size: tuple[int, int] = (40, 24), kind: tuple[int, int] = (8, 0)) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, *kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND")


def _bombs() -> Iterator[Named]:
    bomb, pixels = zlib.compress(bytes(50_000_000), 9), chunk(b"IDAT", zlib.compress(bytes(41 * 24)))
    for size in (
        (10_000, 10_000),
        (2**31 - 1, 1),
        (2**31 - 1, 2**31 - 1),
        (8_000, 5_001),
        (0, 40),
        (40, 0),
        (1, 65_536),
        (2**32 - 1, 1),
    ):
        yield f"bomb/png-{size[0]}x{size[1]}", _png(pixels, size=size)
    yield "bomb/png-pixels", _png(chunk(b"IDAT", bomb))
    yield "bomb/png-much-promised", _png(pixels, size=(6_000, 6_000))
    for name, body in ((b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")):
        yield f"bomb/png-{name.decode()}", _png(chunk(name, body + bomb), pixels)
    yield "bomb/png-chunks", _png(chunk(b"prVt") * 400_000, pixels)
    small = {kind: saved(picture("RGB", (48, 40)), kind) for kind in ENDINGS}
    gif, jpeg, webp, avif, bmp = (small[kind] for kind in ("GIF", "JPEG", "WEBP", "AVIF", "BMP"))
    yield "bomb/gif-screen", gif[:6] + struct.pack("<HH", 65_535, 65_535) + gif[10:]
    frame = gif.index(b",\0\0\0\0")
    yield "bomb/gif-frame", gif[: frame + 5] + struct.pack("<HH", 65_535, 65_535) + gif[frame + 9 :]
    yield "bomb/gif-comment", gif[:-1] + b"!\xfe" + b"\1c" * 1_000_000 + b"\0;"
    frame = jpeg.index(b"\xff\xc0")
    yield "bomb/jpeg-65535", jpeg[: frame + 5] + b"\xff\xff\xff\xff" + jpeg[frame + 9 :]
    yield "bomb/jpeg-zero", jpeg[: frame + 5] + bytes(4) + jpeg[frame + 9 :]
    yield "bomb/jpeg-segments", jpeg[:2] + b"\xff\xe5\0\2" * 2_000_000 + jpeg[2:]
    scans = saved(Image.new("L", (4_000, 4_000), 128), "JPEG", progressive=True, quality=50)
    yield "bomb/jpeg-scans", scans[:-2] + scans[scans.rindex(b"\xff\xc4") : -2] * 2_000 + scans[-2:]
    canvas = struct.pack("<I", 2**24 - 1)[:3] * 2
    yield (
        "bomb/webp-canvas",
        b"RIFF" + struct.pack("<I", 22 + len(webp[12:])) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + canvas + webp[12:],
    )
    box = avif.index(b"ispe") + 8
    for size in ((30_000, 30_000), (2**32 - 1, 2**32 - 1), (0, 0), (48, 2**31)):
        yield f"bomb/avif-{size[0]}x{size[1]}", avif[:box] + struct.pack(">II", *size) + avif[box + 8 :]
    for size in ((-48, 40), (48, -40), (2**31 - 1, 2**31 - 1), (-(2**31), -(2**31)), (0, 0), (70_000, 1)):
        yield f"bomb/bmp-{size[0]}x{size[1]}", bmp[:18] + struct.pack("<ii", *size) + bmp[26:]


def _others() -> Iterator[Named]:
    png, gif, jpeg = (saved(picture("RGB", (48, 40)), kind) for kind in ("PNG", "GIF", "JPEG"))
    archive, scripted = io.BytesIO(), b"<html><script>alert(1)</script></html>"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("picture.png", png)
    yield from {
        "other/png-and-html": png + scripted,
        "other/png-with-html": png[:33] + chunk(b"tEXt", b"Comment\0" + scripted) + png[33:],
        "other/gif-and-script": gif + b"/*\0*/=1;alert(1)",
        "other/gif-as-script": b"GIF89a/*" + gif[8:] + b"*/=1;alert(1)",
        "other/jpeg-and-zip": jpeg + archive.getvalue(),
        "other/zip-and-jpeg": archive.getvalue() + jpeg,
        "other/html-and-png": scripted + png,
        "other/zip": archive.getvalue(),
        "other/svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>',
        "other/svg-entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>',
        "other/psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 40, 40, 8, 3) + bytes(400),
        "other/heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400),
        "other/mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(400),
        "other/html": scripted,
        "other/text": b"This is a picture, believe me.",
        "other/nothing": b"",
        "other/zeros": bytes(10_000),
        "other/one-byte": b"\x89",
        "other/noise": random.Random(SEED).randbytes(10_000),
        "other/11-megabytes": png + bytes(11 * 1024 * 1024),
        "other/javascript": b"alert(1)",
        "other/elf": b"\x7fELF" + bytes(400),
        "other/jxl": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(400),
        "other/riff-wave": b"RIFF\x24\0\0\0WAVEfmt " + bytes(400),
    }.items()
    for kind in ("TIFF", "ICO", "PDF", "EPS", "PPM", "TGA", "PCX", "SGI", "DDS", "JPEG2000", "ICNS"):
        file = io.BytesIO()
        picture("RGB", (64, 64)).save(file, kind)
        yield f"other/{kind.lower()}", file.getvalue()
