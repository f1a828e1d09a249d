"""What the site answers about why an answer is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from doodle_client.answers import Json, Problem, fields_of, given


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody's picture that you may see; `url` is a path on the site."""

    id: str
    url: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A known picture that the network finds alike: 1 is the same. `source` is dataset, with `picture` as a `data:` address, or
    people, with `image` where you may see it.
    """

    label: str
    alike: float
    source: str
    picture: str | None
    image: Shown | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "image": given(Shown.of, data["image"])})


@dataclass(frozen=True, slots=True)
class Rival:
    """The best guess that is another label, and how alike its nearest example is."""

    label: str
    probability: float
    alike: float | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Explanation:
    """`status` is queued, running, succeeded or failed, when `error` says why; `heatmap` is the picture's path on the site."""

    prediction: str
    label: str
    status: str
    sentence: str | None
    nearest: tuple[Neighbour, ...]
    rival: Rival | None
    heatmap: str
    error: Problem | None

    @classmethod
    def of(cls, data: Json) -> Self:
        parts = {
            "nearest": tuple(map(Neighbour.of, data["nearest"])),
            "rival": given(Rival.of, data["rival"]),
            "error": given(Problem.of, data["error"]),
        }
        return cls(**{**fields_of(cls, data), **parts})
