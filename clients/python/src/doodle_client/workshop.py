"""What the site answers about classifiers, their samples, training and versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from doodle_client.answers import Guess, Image, Json, fields_of, given


@dataclass(frozen=True, slots=True)
class Classifier:
    """A named problem; `kind` is drawing or photo."""

    slug: str
    title: str
    kind: str
    created_at: datetime

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class ClassifierDetail(Classifier):
    """A classifier with its labels, in its order; those that wait are answered from the next version on.

    So many `opinions` decide a sample, and `known_share` percent try reviewers.
    """

    opinions: int
    known_share: int
    labels: tuple[str, ...]
    waiting_labels: tuple[str, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        lists = {name: tuple(data[name]) for name in ("labels", "waiting_labels")}
        return cls(**{**fields_of(cls, data), **lists})


@dataclass(frozen=True, slots=True)
class Label:
    """One of a classifier's labels, and its place among them."""

    position: int
    name: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class LabelChange:
    """`kind` is added, renamed or merged; `old` became `new`, and so many `samples` moved. `by` is shown to whoever may do it."""

    id: str
    kind: str
    old: str
    new: str
    samples: int
    by: str | None
    created_at: datetime

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said of an image of theirs: a verdict, and a label where it is another."""

    verdict: str
    label: str | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["verdict"], data["label"])


@dataclass(frozen=True, slots=True)
class Sample:
    """An image's label in one classifier. `state` is new, accepted, corrected or excluded.

    `suspicion` is how probable a wrong label is, 0 to 1, `suggestion` the likeliest then, `doubt` the same in words;
    `probability` is what the network gives the label. Of the `opinions_needed` that decide, `opinions` were given. Send
    `seen` with your verdict.
    """

    id: str
    classifier: str
    state: str
    label: str | None
    word: Word | None
    seen: str
    changed_at: datetime
    reason: str
    suspicion: float | None
    suggestion: str | None
    probability: float | None
    doubt: str
    opinions: int
    opinions_needed: int
    image: Image

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "word": given(Word.of, data["word"]), "image": Image.of(data["image"])})


@dataclass(frozen=True, slots=True)
class ToLabel:
    """A picture whose label would teach a classifier much, with what it answered; `margin` is how sure it was, 0 to 1."""

    image: Image
    guesses: tuple[Guess, ...]
    margin: float
    seen: str

    @classmethod
    def of(cls, data: Json) -> Self:
        guesses = tuple(map(Guess.of, data["guesses"]))
        return cls(**{**fields_of(cls, data), "image": Image.of(data["image"]), "guesses": guesses})

    @classmethod
    def listed(cls, data: Json) -> tuple[Self, ...]:
        return tuple(map(cls.of, data["results"]))


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """`status` is queued, running, succeeded, failed or cancelled; `progress` 0 to 1; `model_version` the candidate made."""

    id: str
    classifier: str
    recipe: str
    status: str
    reason: str
    progress: float
    epoch: int
    epochs: int
    model_version: str | None
    start_from: str | None
    training_set: str | None
    requested_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))

    @property
    def pending(self) -> bool:
        """Queued or running."""
        return self.status in ("queued", "running")


@dataclass(frozen=True, slots=True)
class TrainingRunDetail(TrainingRun):
    """A training run with the losses and accuracies of each epoch, and the last of what the trainer said."""

    history: tuple[dict[str, float], ...]
    log: str

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**{**fields_of(cls, data), "history": tuple(map(dict, data["history"]))})


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One trained network. `stage` is candidate, live or retired; `damage` says why a worker could not load it."""

    id: str
    name: str
    classifier: str
    number: int
    stage: str
    title: str
    bundled: bool
    training_run: str | None
    damage: str
    created_at: datetime
    promoted_at: datetime | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(**fields_of(cls, data))


@dataclass(frozen=True, slots=True)
class ModelVersionDetail(ModelVersion):
    """A version with its card: labels, recipe, data, figures, calibration and limits."""

    card: dict[str, Any]
