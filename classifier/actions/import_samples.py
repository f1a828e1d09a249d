"""Take a labelled set in: whole, or with a report of what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, Image, Label, Sample, State, User
from classifier.sources.labelled import Labelled
from classifier.sources.submission import BadSubmission, Submission

TWICE = "The same picture comes twice in the set, as {label} before. Keep one of them."
OTHERWISE = "You have this picture already, and it is {held} now. Change that with a review."


@dataclass(frozen=True)
class Refusal:
    """One picture of the set that cannot be taken; `code` is stable."""

    name: str
    code: str
    message: str


@dataclass(frozen=True)
class Imported:
    """How many came in, how many were there already with that label, and what was refused."""

    accepted: int
    known: int
    refused: Sequence[Refusal]


class ImportRefused(ValueError):
    """Nothing came in, since some of the set cannot: `refused` says what and why."""

    code = "import_refused"

    def __init__(self, refused: Sequence[Refusal], total: int) -> None:
        why = f"{len(refused):,} of {total:,} pictures cannot be taken, so none was."
        super().__init__(f"{why} Correct them, or import the others alone.")
        self.refused = refused


def import_samples(*, by: User, classifier: Classifier, pictures: Sequence[Labelled], keep_good: bool = False) -> Imported:
    """Each picture accepted with its label, source `import`; the same set again changes nothing.

    What is refused keeps everything out, unless `keep_good`.
    Raises policy.MaintainersOnly and policy.TooManyPictures, ImportRefused.
    """
    policy.require_trainer(by, classifier)
    policy.require_room_for_bulk(by, len(pictures))
    with transaction.atomic():
        labels = {label.name: label for label in classifier.labels.all()}
        held = _held(by, classifier, pictures)
        good, refused = _sorted(pictures, classifier, labels, held)
        if refused and (not keep_good or not good):
            raise ImportRefused(refused, len(pictures))
        images = Image.objects.take_in(by, {sha256: picture.image_of for sha256, (picture, _) in good.items()})
        accepted = _accept(classifier, [(images[sha256], label) for sha256, (_, label) in good.items()], held)
    return Imported(accepted, len(good) - accepted, refused)


Good = dict[str, tuple[Submission, Label]]


def _held(by: User, classifier: Classifier, pictures: Iterable[Labelled]) -> dict[str, Sample]:
    """The samples that the person has of these pictures, by `sha256`, held until the transaction ends."""
    sha256s = {one.picture.sha256 for one in pictures if isinstance(one.picture, Submission)}
    mine = Sample.objects.filter(classifier=classifier, image__owner=by, image__sha256__in=sha256s).values_list("pk", flat=True)
    return {sample.image.sha256: sample for sample in Sample.objects.locked_all(list(mine)).values()}


def _sorted(
    pictures: Iterable[Labelled], classifier: Classifier, labels: dict[str, Label], held: dict[str, Sample]
) -> tuple[Good, list[Refusal]]:
    good: Good = {}
    refused, unknown = [], cache(classifier.has_no)
    for one in pictures:
        problem = _problem(one, unknown, labels, held, good)
        if problem:
            refused.append(problem)
        elif isinstance(one.picture, Submission):
            good[one.picture.sha256] = (one.picture, labels[one.label])
    return good, refused


def _problem(
    one: Labelled, unknown: Callable[[str], str], labels: dict[str, Label], held: dict[str, Sample], good: Good
) -> Refusal | None:
    if isinstance(one.picture, BadSubmission):
        return Refusal(one.name, one.picture.code, str(one.picture))
    if one.label not in labels:
        return Refusal(one.name, "unknown_label", unknown(one.label))
    if (before := good.get(one.picture.sha256)) and before[1].name != one.label:
        return Refusal(one.name, "twice", TWICE.format(label=before[1]))
    sample = held.get(one.picture.sha256)
    if sample and sample.state != State.NEW and (sample.state == State.EXCLUDED or sample.label != labels[one.label]):
        return Refusal(one.name, "labelled_otherwise", OTHERWISE.format(held=sample))
    return None


def _accept(classifier: Classifier, labelled: Sequence[tuple[Image, Label]], held: dict[str, Sample]) -> int:
    """How many are new."""
    new, changed = [], []
    for image, label in labelled:
        sample = held.get(image.sha256)
        if sample is None:
            new.append(Sample(image=image, classifier=classifier, state=State.ACCEPTED, label=label))
        elif sample.state == State.NEW:
            sample.state, sample.label = State.ACCEPTED, label
            changed.append(sample)
    Sample.objects.bulk_create(new)
    for sample in changed:
        sample.save()
    return len(new) + len(changed)
