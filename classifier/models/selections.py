"""What pages and API choose by alike: which samples a reviewer looks through, and which answers of somebody's history."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np

from classifier.ml.gate import BadAnswers
from classifier.models.measurements import answers_of
from classifier.models.opinions import left_to
from classifier.models.people import User
from classifier.models.predictions import Prediction, PredictionQuerySet
from classifier.models.samples import Sample, SampleQuerySet
from classifier.models.verdicts import Reason, State
from classifier.models.versions import ModelVersion

WAITING, ALL = "waiting", "all"
STATES = {WAITING: "waiting", State.ACCEPTED: "accepted", State.CORRECTED: "corrected", State.EXCLUDED: "unusable", ALL: "all"}


@dataclass(frozen=True)
class Selection:
    """What is empty selects nothing out; `predicted` is what a network answered, that of `version` (an id) if there is one.

    The probabilities, 0 to 1, are those that the network gives the label to be judged.
    """

    classifier: str = ""
    state: str = WAITING
    label: str = ""
    suggested: str = ""
    predicted: str = ""
    source: str = ""
    version: str = ""
    reason: str = ""
    min_probability: str = ""
    max_probability: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is what waits, of one classifier or all."""
        return not any(value for name, value in asdict(self).items() if name not in ("classifier", "state")) and self.waits

    @property
    def waits(self) -> bool:
        return self.state == WAITING and not self.version

    def samples(self, viewer: User) -> SampleQuerySet:
        """In the order of the queue; of those that wait, what is left to the viewer."""
        samples = left_to(viewer, Sample.objects.awaiting_review()) if self.waits else self._in_any_state()
        fields = {"classifier__slug": self.classifier, "image__source": self.source, "suggestion__name": self.suggested}
        samples = samples.filter(**{field: value for field, value in fields.items() if value})
        if self.label and not self.version:
            samples = samples.with_label(self.label)
        if self.reason in Reason.values:
            samples = samples.for_reason(self.reason)
        if self.min_probability or self.max_probability:
            samples = samples.as_probable(_share(self.min_probability, 0), _share(self.max_probability, 1))
        return self._answered(samples).in_queue_order()

    def _in_any_state(self) -> SampleQuerySet:
        """From a cell of a version's table one wants to see all of its pictures, decided ones included."""
        opened = Sample.objects.open_to_reviewers()
        return opened if self.state in (ALL, WAITING) else opened.filter(state=self.state)

    def _answered(self, samples: SampleQuerySet) -> SampleQuerySet:
        version = _version(self.version)
        if self.version and version is None:
            return samples.none()
        if version and (images := _in_cell(version, self.label, self.predicted)) is not None:
            return samples.filter(classifier=version.classifier_id, image__in=images)
        if self.label and version:
            samples = samples.with_label(self.label)
        if self.predicted or version:
            samples = samples.filter(image__in=Prediction.objects.images_called(self.predicted, self.classifier, version))
        return samples


def _share(text: str, otherwise: float) -> float:
    """What is no number, or none that a probability can be, selects nothing out."""
    try:
        return float(text) if 0 <= float(text) <= 1 else otherwise
    except ValueError:
        return otherwise


@dataclass(frozen=True)
class HistorySelection:
    """What is empty selects nothing out. A day without an hour is meant with all of its hours, at either end."""

    classifier: str = ""
    label: str = ""
    status: str = ""
    source: str = ""
    since: date | None = None
    until: date | None = None
    min_probability: float | None = None
    max_probability: float | None = None
    corrected: bool | None = None

    def among(self, predictions: PredictionQuerySet) -> PredictionQuerySet:
        """They come with what people said of them: `with_words`."""
        fields = {
            "classifier__slug": self.classifier,
            "status": self.status,
            "image__source": self.source,
            f"{_created(self.since)}__gte": self.since,
            f"{_created(self.until)}__lte": self.until,
            "probability__gte": self.min_probability,
            "probability__lte": self.max_probability,
            "corrected_label__isnull": None if self.corrected is None else not self.corrected,
        }
        called = predictions.called(self.label) if self.label else predictions
        return called.filter(**{field: value for field, value in fields.items() if value not in (None, "")})


def _created(moment: date | None) -> str:
    return "created_at" if isinstance(moment, datetime) else "created_at__date"


def _version(text: str) -> ModelVersion | None:
    try:
        return ModelVersion.objects.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        return None


def _in_cell(version: ModelVersion, label: str, predicted: str) -> list[uuid.UUID] | None:
    """The images of a cell of the version's confusion table, or of a row or column; None where it has no table."""
    try:
        answers = answers_of(version)
    except BadAnswers:
        return None
    wanted = np.ones(len(answers), dtype=bool)
    for name, given in ((label, answers.labels), (predicted, answers.best)):
        if name:
            wanted &= given == (answers.class_names.index(name) if name in answers.class_names else -2)
    return [uuid.UUID(answers.images[row]) for row in np.flatnonzero(wanted) if answers.images[row]]
