"""What versions answered about the same frozen test pictures. They lie in files, since neither versions nor sets ever change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from classifier.ml import gate
from classifier.ml.gate import Answers, BadAnswers, ClassComparison, Comparison
from classifier.models.training import TrainingSet
from classifier.models.versions import ModelVersion, Stage

OWN_ANSWERS = "test.npz"


class Measurement(NamedTuple):
    """A version that is to be measured on a set's test part, and the file that holds its answers then."""

    version: ModelVersion
    training_set: TrainingSet
    file: Path

    def answers(self) -> Answers:
        """In today's words, whatever those of the version and of the set are. Raises BadAnswers while there are none."""
        return Answers.load(self.file, self.version.card["labels"], self.version.classifier.words())


def set_of(version: ModelVersion) -> TrainingSet | None:
    """The set that it was trained on here, whose test part it has not seen."""
    return TrainingSet.objects.filter(runs__model_version=version).first()


def measurement(version: ModelVersion, training_set: TrainingSet) -> Measurement:
    """A version's answers about its own set come with it; those about another's are kept with that set."""
    own = TrainingSet.objects.filter(pk=training_set.pk, runs__model_version=version).exists()
    return _own(version, training_set) if own else _elsewhere(version, training_set)


def _own(version: ModelVersion, training_set: TrainingSet) -> Measurement:
    return Measurement(version, training_set, version.artifact / OWN_ANSWERS)


def _elsewhere(version: ModelVersion, training_set: TrainingSet) -> Measurement:
    return Measurement(version, training_set, training_set.folder / "answers" / f"{version.pk}.npz")


def answers_of(version: ModelVersion) -> Answers:
    """About the test pictures of its own set, or of the newest other one that it was measured on. Raises BadAnswers."""
    own = set_of(version)
    others = TrainingSet.objects.filter(classifier=version.classifier_id)
    candidates = [_own(version, own)] if own else [_elsewhere(version, training_set) for training_set in others]
    for one in candidates:
        if one.file.exists():
            return one.answers()
    raise BadAnswers(f"{version} has not answered test pictures yet. It does once there is a new version to compare it with.")


def pair(candidate: ModelVersion, live: ModelVersion) -> tuple[Measurement, Measurement] | None:
    """Both on the candidate's pictures, or else on those of the live one; None where both came without any."""
    training_set = set_of(candidate) or set_of(live)
    if training_set is None:
        return None
    return measurement(live, training_set), measurement(candidate, training_set)


def compared(candidate: ModelVersion, live: ModelVersion) -> Comparison:
    """Raises BadAnswers, with what to do, where they cannot be compared yet."""
    return gate.compare(*_answers(candidate, live))


def compared_by_class(candidate: ModelVersion, live: ModelVersion) -> list[ClassComparison]:
    """Raises BadAnswers as above."""
    return gate.by_class(*_answers(candidate, live))


def _answers(candidate: ModelVersion, live: ModelVersion) -> tuple[Answers, Answers]:
    both = pair(candidate, live)
    if both is None:
        raise BadAnswers("Neither version was trained here, so there are no test pictures to compare them on.")
    for one in both:
        if not one.file.exists():
            raise BadAnswers(f"{one.version} is still to be measured on the test pictures. That takes a minute or two.")
    before, after = both
    return before.answers(), after.answers()


def outstanding() -> Iterator[Measurement]:
    """What has to be measured before a candidate can be compared with the version that is live."""
    for candidate in ModelVersion.objects.filter(stage=Stage.CANDIDATE).select_related("classifier"):
        live = ModelVersion.objects.live_for(candidate.classifier)
        both = pair(candidate, live) if live else None
        yield from (one for one in both or () if not one.file.exists())
