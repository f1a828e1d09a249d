"""What the site answers to verdicts on many samples at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from doodle_client.answers import Json, Review, fields_of, given
from doodle_client.workshop import Word


@dataclass(frozen=True, slots=True)
class SampleNow:
    """What holds of a sample now, where that is not what you had seen."""

    id: str
    classifier: str
    state: str
    label: str | None
    word: Word | None
    seen: str
    changed_at: datetime

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "word": given(Word.of, data["word"])})


@dataclass(frozen=True, slots=True)
class Refused:
    """A sample that could not be judged so, and why."""

    sample: str
    message: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class JudgedTogether:
    """Verdicts given in one go, which `together` takes back; `stale` ones had changed since you looked and stay as they are."""

    together: str
    reviews: tuple[Review, ...]
    stale: tuple[SampleNow, ...]
    refused: tuple[Refused, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            together=data["together"],
            reviews=tuple(map(Review.of, data["reviews"])),
            stale=tuple(map(SampleNow.of, data["stale"])),
            refused=tuple(map(Refused.of, data["refused"])),
        )


@dataclass(frozen=True, slots=True)
class UndoneTogether:
    """What took verdicts back, and those that are `left` since somebody has judged again."""

    reviews: tuple[Review, ...]
    left: tuple[Review, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(tuple(map(Review.of, data["reviews"])), tuple(map(Review.of, data["left"])))
