"""ICC profiles, written by hand: of displays by primaries and gamma, of grey by gamma, of a press by a table of colours."""

from __future__ import annotations

import struct
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]

SRGB: Matrix = np.array([[0.43607, 0.38506, 0.14308], [0.22250, 0.71688, 0.06062], [0.01393, 0.09710, 0.71417]])
ADOBE: Matrix = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
P3: Matrix = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
"""Red, green and blue as columns of XYZ under D50."""

WHITE = (0.9642, 1.0, 0.8249)


def display(primaries: Matrix, gamma: float) -> bytes:
    """Of a device with these primaries and one gamma for all three."""
    curve = _gamma(gamma)
    tags = {name: _xyz(*column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries.T, strict=True)}
    return _profile(b"mntr", b"RGB ", b"XYZ ", {b"wtpt": _xyz(*WHITE), **tags, b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def grey(gamma: float) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"wtpt": _xyz(*WHITE), b"kTRC": _gamma(gamma)})


def press(inks: dict[tuple[int, ...], tuple[int, int, int]], device_class: bytes = b"prtr") -> bytes:
    """Of a press: Lab for each corner of cyan, magenta, yellow and key, each 0 or 1; what is not given is black."""
    same = bytes(range(256))
    corners = b"".join(_lab(*inks.get(corner, (0, 0, 0))) for corner in product((0, 1), repeat=4))
    identity = struct.pack(">9i", *(65_536 * (place % 4 == 0) for place in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + same * 4 + corners + same * 3
    return _profile(device_class, b"CMYK", b"Lab ", {b"wtpt": _xyz(*WHITE), b"A2B0": table})


def seen_in_srgb(pixels: ArrayLike, primaries: Matrix, gamma: float) -> NDArray[np.int_]:
    """What (…, 3) levels of such a display are in sRGB, by the definition of both."""
    light = (np.asarray(pixels) / 255) ** gamma @ primaries.T @ np.linalg.inv(SRGB).T
    linear = np.clip(light, 0, 1)
    bent = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    levels: NDArray[np.int_] = np.rint(bent * 255).astype(int)
    return levels


def _profile(device_class: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body, place = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", place + len(body), len(content))
        body += padded
    head = struct.pack(">I4sI4s4s4s", place + len(body), b"test", 0x02400000, device_class, space, connection)
    dated = head + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    light = struct.pack(">3i", *(round(value * 65_536) for value in WHITE))
    return (dated + light).ljust(128, b"\0") + table + body


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65_536) for value in values))


def _gamma(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))


def _lab(lightness: int, a: int, b: int) -> bytes:
    return bytes([round(lightness * 2.55), a + 128, b + 128])
