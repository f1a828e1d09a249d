"""What the site answers, as dataclasses. Fields that a newer site adds are passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Generic, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Guess:
    """A label and how probable it is, 0 to 1."""

    label: str
    probability: float

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["label"], float(data["probability"]))


@dataclass(frozen=True, slots=True)
class Image:
    """What was sent. `url` is a path on the site; an image by address measures 0 × 0 until it has been fetched."""

    id: str
    url: str
    width: int
    height: int
    source: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["id"], data["url"], data["width"], data["height"], data["source"])


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a prediction failed, or why it is kept waiting."""

    code: str
    message: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["code"], data["message"])


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer about one image. `status` is queued, running, succeeded or failed; the best guess stands first.

    `corrected_label` is what people say it is instead, `suggested_classifier` one that suits the image better.
    """

    id: str
    status: str
    classifier: str
    model_version: str | None
    guesses: tuple[Guess, ...]
    unsure: bool | None
    image: Image
    error: Problem | None
    created_at: datetime
    finished_at: datetime | None
    corrected_label: str | None = None
    suggested_classifier: str | None = None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            id=data["id"],
            status=data["status"],
            classifier=data["classifier"],
            model_version=data["model_version"],
            guesses=tuple(map(Guess.of, data["guesses"])),
            unsure=data["unsure"],
            image=Image.of(data["image"]),
            error=given(Problem.of, data["error"]),
            created_at=datetime.fromisoformat(data["created_at"]),
            finished_at=given(datetime.fromisoformat, data["finished_at"]),
            corrected_label=data.get("corrected_label"),
            suggested_classifier=data.get("suggested_classifier"),
        )

    @property
    def pending(self) -> bool:
        """Neither answered nor failed yet."""
        return self.status not in ("succeeded", "failed")

    @property
    def best(self) -> Guess | None:
        return self.guesses[0] if self.guesses else None


@dataclass(frozen=True, slots=True)
class Token:
    """Lets a program act for a person; without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "scopes": tuple(data["scopes"])})


@dataclass(frozen=True, slots=True)
class NewToken(Token):
    """A token just made, with its secret, which the site shows this once and which stays out of `repr`."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict on an image in one classifier: confirmed, corrected or unusable, and what it changed.

    `one_of` is how many opinions decide together, where it is one of them.
    """

    id: str
    image: str
    classifier: str
    verdict: str
    label: str | None
    reason: str
    role: str
    by: str | None
    old_state: str
    old_label: str | None
    new_state: str
    new_label: str | None
    model_version: str | None
    undoes: str | None
    undone: bool
    one_of: int | None
    seen: str
    created_at: datetime

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: str
    username: str
    email: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["id"], data["username"], data["email"])


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list; `next` and `previous` are cursors, None at the ends."""

    results: tuple[T, ...]
    next: str | None
    previous: str | None

    @classmethod
    def reader(cls, read: Callable[[Json], T]) -> Callable[[Json], Page[T]]:
        def page(data: Json) -> Page[T]:
            return Page(tuple(map(read, data["results"])), _cursor(data.get("next")), _cursor(data.get("previous")))

        return page


def fields_of(cls: type[Any], data: Json) -> Json:
    """What a dataclass is made of, by the names of its fields; those that end in `_at` are times."""
    return {field.name: _field(field.name, data[field.name]) for field in fields(cls)}


def _field(name: str, value: Any) -> Any:
    return given(datetime.fromisoformat, value) if name.endswith("_at") else value


def given(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


def _cursor(address: str | None) -> str | None:
    """The cursor alone: whatever host the address names, the token is sent to no other than the one it is for."""
    found = parse_qs(urlsplit(address or "").query).get("cursor")
    return found[0] if found else None
