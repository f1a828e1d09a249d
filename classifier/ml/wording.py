"""The words of today for what a network learnt under others: labels were renamed since, or merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from classifier.ml.calibration import Probabilities


@dataclass(frozen=True)
class Wording:
    """`names` are today's, each once, in the order of the network's k labels; `places` (k,) index them."""

    names: tuple[str, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, learnt: Sequence[str], words: Mapping[str, str]) -> Self:
        """`words` are today's by the former ones."""
        today = [words.get(name, name) for name in learnt]
        names = tuple(dict.fromkeys(today))
        place = {name: index for index, name in enumerate(names)}
        return cls(names, tuple(place[name] for name in today))

    def summed(self, probabilities: Probabilities) -> Probabilities:
        """Probabilities (n, k) to (n, names): what means the same now is added up."""
        if len(self.names) == len(self.places):
            return probabilities
        found = np.zeros((len(probabilities), len(self.names)), dtype=probabilities.dtype)
        np.add.at(found.T, list(self.places), probabilities.T)
        return found
