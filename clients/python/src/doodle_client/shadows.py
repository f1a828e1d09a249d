"""What the site answers about candidates that answer unseen beside the live version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from doodle_client.answers import Image, Json, fields_of, given


@dataclass(frozen=True, slots=True)
class ShadowPair:
    """So many pictures were answered with `live`, and by the candidate with `shadow`."""

    live: str
    shadow: str
    pictures: int

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class ShadowSpeed:
    """Median milliseconds of a call with the same pictures; `times` is how much longer the candidate takes."""

    live_ms: float
    shadow_ms: float
    times: float

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class ShadowDifference:
    """A picture that you may see, and the two answers; `probability` is the candidate's."""

    image: Image
    live: str
    shadow: str
    probability: float

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "image": Image.of(data["image"])})


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """`asked` about so many pictures, `differing` answers among them; `shadows_since` is None where it is asked no more."""

    version: str
    shadows_since: datetime | None
    asked: int
    differing: int
    pairs: tuple[ShadowPair, ...]
    speed: ShadowSpeed | None
    pictures: tuple[ShadowDifference, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        since = given(datetime.fromisoformat, data["shadows_since"])
        speed = given(ShadowSpeed.of, data["speed"])
        pairs = tuple(map(ShadowPair.of, data["pairs"]))
        pictures = tuple(map(ShadowDifference.of, data["pictures"]))
        return cls(data["version"], since, data["asked"], data["differing"], pairs, speed, pictures)
