"""Rasters and masks: parts that hang together, distances, and neighbourhoods, in NumPy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def without_specks(mask: Mask) -> Mask:
    """Leave out what is smaller than a dot of the pen that drew the larger parts."""
    start, stop, part = _runs(mask)
    if not len(start):
        return mask
    length = stop - start
    area = np.bincount(part, length)
    pen = np.median(length[area[part] >= 0.1 * area.max()])
    kept = area[part] >= min(0.35 * pen**2, area.max())
    edges = np.zeros(mask.shape[0] * (mask.shape[1] + 2) + 1, dtype=np.int8)
    edges[start[kept]], edges[stop[kept]] = 1, -1
    cleaned: Mask = edges.cumsum(dtype=np.int8)[:-1].reshape(mask.shape[0], -1)[:, 1:-1] > 0
    return cleaned


def _runs(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The horizontal runs of ink: start, stop and connected part of each (indices into the mask, two columns wider)."""
    flat = np.pad(mask, ((0, 0), (1, 1))).ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    start, stop, width = edges[::2], edges[1::2], mask.shape[1] + 2
    first, last = np.searchsorted(stop, start + width), np.searchsorted(start, stop + width, side="right")
    touching = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(start)), touching)
    lower = np.arange(len(upper)) - np.repeat(np.cumsum(touching) - touching, touching) + first[upper]
    return start, stop, _connected(len(start), upper, lower)


def _connected(count: int, one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    """The lowest number among all that are linked to each."""
    lowest = np.arange(count)
    while (lowest[one] != lowest[other]).any():
        least = np.minimum(lowest[one], lowest[other])
        np.minimum.at(lowest, lowest[one], least)
        np.minimum.at(lowest, lowest[other], least)
        lowest = lowest[lowest]
    return lowest


def smooth(values: Floats) -> Floats:
    """The mean of 3x3, so that a thin line which falls between two pixels weighs as much as one that falls on one."""
    for axis in (0, 1):
        values = np.add.reduce(_shifted(values, 1, axis)) / np.float32(3)
    return values


def highest(values: Floats, reach: int) -> Floats:
    for axis in (0, 1):
        values = np.maximum.reduce(_shifted(values, reach, axis))
    return values


def _shifted(values: Floats, reach: int, axis: int) -> list[Floats]:
    padding = [(0, 0), (0, 0)]
    padding[axis] = (reach, reach)
    padded, size = np.pad(values, padding, mode="edge"), values.shape[axis]
    return [padded[first : first + size] if axis == 0 else padded[:, first : first + size] for first in range(2 * reach + 1)]


def distance(mask: Mask, reach: int) -> Floats:
    """How far each pixel is from the nearest one of the mask, at most about `reach`."""
    column = np.arange(mask.shape[1], dtype=np.int16)
    before = np.maximum.accumulate(np.where(mask, column, -reach), axis=1)
    after = np.minimum.accumulate(np.where(mask, column, column[-1] + reach)[:, ::-1], axis=1)[:, ::-1]
    across = np.minimum(np.minimum(column - before, after - column), reach).astype(np.int16) ** 2
    padded, rows = np.pad(across, ((reach, reach), (0, 0)), constant_values=reach**2), mask.shape[0]
    nearest = across
    for away in range(-reach, reach + 1):
        nearest = np.minimum(nearest, padded[reach + away : reach + away + rows] + np.int16(away * away))
    return np.sqrt(nearest.astype(np.float32))
