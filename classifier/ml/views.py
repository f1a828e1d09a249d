"""Several ways of looking at one picture, whose answers are averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def average(logits_of: Callable[[NDArray[Any]], NDArray[np.floating]], inputs: NDArray[Any], views: int) -> NDArray[np.floating]:
    """Logits (n, k) of inputs (n, ...), averaged over `views`: 1 as it is; 2 also mirrored; 6 also moved by a pixel each way.

    Raises ValueError for another number. The six weigh as in K. Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU".
    """
    if views not in (1, 2, 6):
        raise ValueError(f"A picture can be looked at in 1, 2 or 6 ways, not in {views}.")
    if views == 1:
        return logits_of(inputs)
    upright = _both_ways(logits_of, inputs)
    if views == 2:
        return upright
    padded = np.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    moved = _both_ways(logits_of, padded[:, :-2, :-2]) + _both_ways(logits_of, padded[:, 2:, 2:])
    return (upright + moved / 2) / 2


def _both_ways(logits_of: Callable[[NDArray[Any]], NDArray[np.floating]], inputs: NDArray[Any]) -> NDArray[np.floating]:
    return (logits_of(inputs) + logits_of(np.ascontiguousarray(inputs[:, :, ::-1]))) / 2
