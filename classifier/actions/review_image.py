"""Say of an image, or of many, that its label is right, what is right instead, or that it is of no use."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, Image, Person, Prediction, Review, Sample, State, User, Verdict
from classifier.models.classifiers import Label
from classifier.models.identifiers import uuid7
from classifier.models.samples import GIVEN, Decision, Word

LONGEST_REASON = 500
MOST_REVIEWS = 500
MOST_AT_ONCE = 200
STATE_AFTER = {Verdict.CONFIRMED: State.ACCEPTED, Verdict.CORRECTED: State.CORRECTED, Verdict.UNUSABLE: State.EXCLUDED}
NOTHING_TO_CONFIRM = "There is neither a label nor an answer to confirm yet. Say what it is with the verdict corrected."


class BadVerdict(ValueError):
    """A verdict that cannot be; `field` is what to change."""

    code = "bad_verdict"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class StaleReview(Exception):
    """Somebody else was there since the person looked: `sample` is what they should look at now, `last` what was said."""

    code = "stale_review"

    def __init__(self, sample: Sample, last: Review | None) -> None:
        now = f"{sample.state}, {sample.label}" if sample.label else sample.state
        super().__init__(f"This sample has changed since you looked: it is now {now}. Look again, then decide.")
        self.sample = sample
        self.last = last


@dataclass(frozen=True)
class Judgement:
    """A verdict on one of many samples, with its `seen`; None where it does not matter what the person saw."""

    sample: uuid.UUID
    verdict: str
    label: str = ""
    seen: str | None = None


@dataclass(frozen=True)
class Judged:
    """What came of many: the reviews, which `together` finds again; samples that had changed; others, and why they stay."""

    together: uuid.UUID
    reviews: list[Review] = field(default_factory=list)
    stale: list[Sample] = field(default_factory=list)
    refused: list[tuple[Sample, str]] = field(default_factory=list)


class TooManyReviews(policy.NotAllowed):
    """A person went to and fro about one image too often."""

    code = "too_many_reviews"


def review_image(
    *, by: Person, image: Image, classifier: Classifier, verdict: str, label: str = "", reason: str = "", seen: str | None = None
) -> Review:
    """Append a verdict: on a person's own image their word, which stays theirs; a reviewer's decides the sample.

    `seen` is the sample's token that the person looked at. The same verdict again, with nothing in between, is the same review.
    Raises Image.DoesNotExist where the image is not open to them, BadVerdict, StaleReview and TooManyReviews.
    """
    with transaction.atomic():
        found = policy.images_open_to(by).with_picture().defer("pixels", "strokes").get(pk=image.pk)
        sample = Sample.objects.locked(found, classifier)
        answer = Prediction.objects.last_answer(found, classifier)
        said = _checked(sample, verdict, _label(sample, answer, verdict, label, decides=policy.may_review(by)), reason)
        last = sample.reviews.newest_first().for_showing().first()
        if last and _repeats(last, by, said, reason):
            return last
        if seen is not None and seen != sample.seen:
            raise StaleReview(sample, last)
        _require_room(by, sample)
        return _append(by, sample, said, reason, answer)


def review_images(*, by: User, judgements: Sequence[Judgement], reason: str = "") -> Judged:
    """A reviewer's verdicts on many samples in one transaction. Those that have changed since the person looked stay as they are.

    Raises policy.ReviewersOnly; BadVerdict for more than 200, a verdict or reason that cannot be, and where no sample is left.
    """
    policy.require_reviewer(by)
    judged = Judged(uuid7())
    with transaction.atomic():
        samples = _opened(judgements)
        answers = Prediction.objects.last_answers([sample.image_id for sample in samples.values()])
        for one in judgements:
            if sample := samples.pop(one.sample, None):
                _judge(by, sample, one, reason, answers.get((sample.image_id, sample.classifier_id)), judged)
    return judged


def _opened(judgements: Sequence[Judgement]) -> dict[uuid.UUID, Sample]:
    if len(judgements) > MOST_AT_ONCE:
        raise BadVerdict("samples", f"At most {MOST_AT_ONCE} samples can be judged at once; these are {len(judgements):,}.")
    samples = Sample.objects.open_to_reviewers().locked_all([one.sample for one in judgements])
    if not samples:
        raise BadVerdict("samples", "None of these samples is there to be judged. Choose at least one from the queue.")
    return samples


def _judge(by: User, sample: Sample, one: Judgement, reason: str, answer: Prediction | None, judged: Judged) -> None:
    """One of many, noted in `judged`."""
    if one.seen is not None and one.seen != sample.seen:
        judged.stale.append(sample)
        return
    try:
        said = _checked(sample, one.verdict, _label(sample, answer, one.verdict, one.label, decides=True), reason)
    except BadVerdict as error:
        if error.field not in ("label", "verdict") or one.verdict not in GIVEN:
            raise
        judged.refused.append((sample, str(error)))
    else:
        judged.reviews.append(_append(by, sample, said, reason, answer, together=judged.together))


def _append(
    by: Person, sample: Sample, said: Word, reason: str, answer: Prediction | None, together: uuid.UUID | None = None
) -> Review:
    return Review.objects.append(
        sample,
        decision=_decision(sample, said) if policy.may_review(by) else None,
        word=said if policy.owns(by, sample.image) else None,
        verdict=said.verdict,
        label=said.label,
        reason=reason,
        by=by if isinstance(by, User) else None,
        model_version_id=answer.model_version_id if answer else None,
        together=together,
    )


def _decision(sample: Sample, said: Word) -> Decision:
    """What is excluded keeps the label that it had."""
    return Decision(STATE_AFTER[Verdict(said.verdict)], said.label or sample.label)


def _checked(sample: Sample, verdict: str, label: Label | None, reason: str) -> Word:
    if verdict not in GIVEN:
        raise BadVerdict("verdict", f"There is no verdict {verdict!r}. Give one of {', '.join(GIVEN)}.")
    if len(reason) > LONGEST_REASON:
        raise BadVerdict("reason", f"The reason has {len(reason):,} characters; {LONGEST_REASON} are kept. Shorten it.")
    return Word(verdict, label)


def _label(sample: Sample, answer: Prediction | None, verdict: str, name: str, *, decides: bool) -> Label | None:
    """The label that the verdict says the image has. Raises BadVerdict."""
    if verdict == Verdict.CONFIRMED:
        return _confirmed(sample, answer, name, decides=decides)
    if verdict == Verdict.UNUSABLE and name:
        raise BadVerdict("label", "What is unusable has no label. Leave the label out, or give the verdict corrected.")
    if verdict == Verdict.CORRECTED and not name:
        raise BadVerdict("label", "Say what it is instead: a correction needs a label.")
    return _named(sample.classifier, name) if name else None


def _confirmed(sample: Sample, answer: Prediction | None, name: str, *, decides: bool) -> Label:
    """A reviewer confirms the label that the sample was given, if any; a person, that the answer was right."""
    answered = answer.label if answer else ""
    given = sample.given.name if decides and sample.given else ""
    confirmed = name or given or answered
    if not confirmed:
        raise BadVerdict("verdict", NOTHING_TO_CONFIRM)
    if confirmed not in {given, answered}:
        raise BadVerdict("label", f"{name!r} is not what is to be confirmed. Send it with the verdict corrected.")
    return _named(sample.classifier, confirmed)


def _named(classifier: Classifier, name: str) -> Label:
    """The label of that name, or that it means since an answer gave it; a capital too many, as phones put it, does not matter."""
    found = classifier.label_meant(name) or classifier.labels.filter(name__iexact=name).first()
    if found is None:
        raise BadVerdict("label", classifier.has_no(name))
    return found


def _repeats(last: Review, by: Person, said: Word, reason: str) -> bool:
    same_person = last.by == by if isinstance(by, User) else last.own and last.by is None
    return same_person and (last.verdict, last.label, last.reason) == (*said, reason)


def _require_room(by: Person, sample: Sample) -> None:
    if sample.events >= MOST_REVIEWS and not policy.may_review(by):
        raise TooManyReviews(f"This image has been judged {MOST_REVIEWS} times. Leave it as it is now.")
