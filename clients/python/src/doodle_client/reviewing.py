"""What the site answers about reviewers, and about how sound a classifier's labels are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from doodle_client.answers import Json, fields_of, given


@dataclass(frozen=True, slots=True)
class Share:
    """0 to 1, with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Known:
    """Whether reviewers may be tried with an image, and what it shows then."""

    image: str
    classifier: str
    label: str | None
    known: bool

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Reviewer:
    """How a reviewer does: `decided` alone, and `agreed` of the `second_looks` that others took; `opinions` on what is decided
    now, `with_others` the share that came to the same; `right` of the known answers that they were `tried` with.
    """

    name: str
    decided: int
    second_looks: int
    agreed: int
    opinions: int
    with_others: float | None
    kappa: float | None
    tried: int
    right: int
    rightness: Share | None
    seconds: float | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "rightness": given(Share.of, data["rightness"])})


@dataclass(frozen=True, slots=True)
class LabelSamples:
    label: str
    samples: int

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Balance:
    """How the accepted samples are spread over the labels."""

    says: str
    samples: int
    largest: tuple[LabelSamples, ...]
    smallest: tuple[LabelSamples, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        ends = {name: tuple(map(LabelSamples.of, data[name])) for name in ("largest", "smallest")}
        return cls(**{**fields_of(cls, data), **ends})


@dataclass(frozen=True, slots=True)
class Corrected:
    """A label that is wrong more often than the others are."""

    label: str
    judged: int
    changed: Share

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "changed": Share.of(data["changed"])})


@dataclass(frozen=True, slots=True)
class Quality:
    """The share of judged labels that was changed, and what the network expects of the others."""

    says: str
    expects: str
    judged: int
    changed: Share
    unjudged: int
    expected: float | None
    often_wrong: tuple[Corrected, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        often_wrong = tuple(map(Corrected.of, data["often_wrong"]))
        return cls(**{**fields_of(cls, data), "changed": Share.of(data["changed"]), "often_wrong": often_wrong})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labels that were mixed up so many times."""

    one: str
    other: str
    samples: int

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Overlap:
    says: str
    corrections: int
    pairs: tuple[Pair, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "pairs": tuple(map(Pair.of, data["pairs"]))})


@dataclass(frozen=True, slots=True)
class Shift:
    """A label's share of the recent answers, and of the accepted samples."""

    label: str
    answered: float
    accepted: float

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether what is sent lately differs from what was learnt from."""

    says: str
    found: bool
    answers: int
    samples: int
    statistic: float
    p: float
    shifts: tuple[Shift, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "shifts": tuple(map(Shift.of, data["shifts"]))})


@dataclass(frozen=True, slots=True)
class Health:
    """How sound a classifier's labelled pictures are; each part `says` what it means."""

    balance: Balance
    quality: Quality
    overlap: Overlap
    drift: Drift

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            balance=Balance.of(data["balance"]),
            quality=Quality.of(data["quality"]),
            overlap=Overlap.of(data["overlap"]),
            drift=Drift.of(data["drift"]),
        )
