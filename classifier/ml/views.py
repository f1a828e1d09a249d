"""Several ways of looking at one picture, whose answers are averaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEIGHTS = {1: [1.0], 2: [1 / 2] * 2, 6: [1 / 4] * 2 + [1 / 8] * 4}


def average(logits_of: Callable[[NDArray[Any]], NDArray[np.floating]], inputs: NDArray[Any], views: int) -> NDArray[np.float64]:
    """Logits (n, k) of inputs (n, ...), averaged over `views`: 1 as it is; 2 also mirrored; 6 also moved by a pixel each way.

    Raises ValueError for another number. The six weigh as in K. Jordan 2024, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU".
    All go through `logits_of` in one call, (views * n, ...).
    """
    if views not in WEIGHTS:
        raise ValueError(f"A picture can be looked at in 1, 2 or 6 ways, not in {views}.")
    looks = [inputs] if views == 1 else _mirrored(inputs)
    if views == 6:
        padded = np.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
        looks += _mirrored(padded[:, :-2, :-2]) + _mirrored(padded[:, 2:, 2:])
    logits = logits_of(np.concatenate(looks)).reshape(views, len(inputs), -1)
    return np.tensordot(WEIGHTS[views], logits, axes=1)


def _mirrored(inputs: NDArray[Any]) -> list[NDArray[Any]]:
    return [inputs, inputs[:, :, ::-1]]
