"""Say of an image, or of many, that its label is right, what is right instead, or that it is of no use."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from classifier import policy
from classifier.models import Classifier, Image, Person, Prediction, Question, Review, Sample, State, User, Verdict
from classifier.models.classifiers import Label
from classifier.models.identifiers import uuid7
from classifier.models.opinions import shown_to
from classifier.models.reviews import majority
from classifier.models.verdicts import GIVEN, LABELLED, Decision, Word

LONGEST_REASON = 500
MOST_REVIEWS = 500
MOST_AT_ONCE = 200
STATE_AFTER = {Verdict.CONFIRMED: State.ACCEPTED, Verdict.CORRECTED: State.CORRECTED, Verdict.UNUSABLE: State.EXCLUDED}
NOTHING_TO_CONFIRM = "There is neither a label nor an answer to confirm yet. Say what it is with the verdict corrected."
DECIDED = "Reviewers have decided this one: it is {now}. Take your opinion back if you gave one, or ask a maintainer to decide."
GIVEN_ALREADY = "You have given your opinion on this one already: {said}. Take it back first, then give another."
LONGEST_NUMBER = 9


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

    Where the classifier needs several opinions, a reviewer's is one of them, and decides with the others; a maintainer's
    decides alone. On what the reviewer is tried with, it changes nothing.
    `seen` is the sample's token that the person looked at. The same verdict again, with nothing in between, is the same review.
    Raises Image.DoesNotExist where the image is not open to them, BadVerdict, StaleReview and TooManyReviews.
    """
    with transaction.atomic():
        found = policy.images_open_to(by).with_picture().defer("pixels", "strokes").get(pk=image.pk)
        sample = Sample.objects.locked(found, classifier)
        answer = Prediction.objects.last_answer(found, classifier)
        shown = Question.objects.seen_by(by, sample)
        said = _checked(verdict, _label(shown, answer, verdict, label, decides=policy.may_review(by)), reason)
        if repeated := _repeated(sample, by, said, reason):
            return repeated
        if seen is not None and _is_stale(shown, seen):
            raise StaleReview(shown, shown_to(by, sample.reviews.newest_first().for_showing()).first())
        _require_room(by, sample)
        return _append(by, sample, said, reason, answer, tried=shown is not sample)


def review_images(*, by: User, judgements: Sequence[Judgement], reason: str = "") -> Judged:
    """A reviewer's verdicts on many samples in one transaction. Those that have changed since the person looked stay as they are.

    Raises policy.ReviewersOnly; BadVerdict for more than 200, a verdict or reason that cannot be, and where no sample is left.
    """
    policy.require_reviewer(by)
    judged = Judged(uuid7())
    with transaction.atomic():
        samples = _opened(judgements)
        answers = Prediction.objects.last_answers([sample.image_id for sample in samples.values()])
        put = Question.objects.put_among(by, samples)
        for one in judgements:
            if sample := samples.pop(one.sample, None):
                answer = answers.get((sample.image_id, sample.classifier_id))
                _judge(by, sample, put.get(sample.pk, sample), one, reason, answer, judged)
    return judged


def _opened(judgements: Sequence[Judgement]) -> dict[uuid.UUID, Sample]:
    if len(judgements) > MOST_AT_ONCE:
        raise BadVerdict("samples", f"At most {MOST_AT_ONCE} samples can be judged at once; these are {len(judgements):,}.")
    samples = Sample.objects.open_to_reviewers().locked_all([one.sample for one in judgements])
    if not samples:
        raise BadVerdict("samples", "None of these samples is there to be judged. Choose at least one from the queue.")
    return samples


def _judge(
    by: User, sample: Sample, shown: Sample, one: Judgement, reason: str, answer: Prediction | None, judged: Judged
) -> None:
    """One of many, noted in `judged`; `shown` is the sample as the person is to see it."""
    if one.seen is not None and _is_stale(shown, one.seen):
        judged.stale.append(shown)
        return
    try:
        said = _checked(one.verdict, _label(shown, answer, one.verdict, one.label, decides=True), reason)
        review = _append(by, sample, said, reason, answer, tried=shown is not sample, together=judged.together)
    except BadVerdict as error:
        if error.field not in ("label", "verdict") or one.verdict not in GIVEN:
            raise
        judged.refused.append((sample, str(error)))
    else:
        judged.reviews.append(review)


def _append(
    by: Person,
    sample: Sample,
    said: Word,
    reason: str,
    answer: Prediction | None,
    *,
    tried: bool,
    together: uuid.UUID | None = None,
) -> Review:
    """Raises BadVerdict where a reviewer has nothing to say there any more."""
    weight = {"decision": None, "checks": True} if tried else _weight(by, sample, said)
    return Review.objects.append(
        sample,
        word=said if policy.owns(by, sample.image) else None,
        verdict=said.verdict,
        label=said.label,
        reason=reason,
        by=by if isinstance(by, User) else None,
        model_version_id=answer.model_version_id if answer else None,
        together=together,
        **weight,
    )


def _weight(by: Person, sample: Sample, said: Word) -> dict[str, Any]:
    """What the verdict does to the sample: decide it, be one of the opinions that do, or nothing. Raises BadVerdict."""
    if not (isinstance(by, User) and policy.may_review(by)):
        return {"decision": None}
    if policy.decides_alone(by, sample.classifier):
        return {"decision": _decision(sample, said)}
    if refusal := _no_opinion(by, sample):
        if policy.owns(by, sample.image):
            return {"decision": None}
        raise BadVerdict("verdict", refusal)
    opinion = Review(verdict=said.verdict, label=said.label, one_of=sample.classifier.opinions)
    return {"decision": majority([*sample.reviews.opinions(), opinion], sample), "one_of": opinion.one_of}


def _no_opinion(by: User, sample: Sample) -> str:
    """Why the person cannot give one, or nothing."""
    if sample.judged:
        return DECIDED.format(now=sample.label if sample.state in LABELLED else "unusable")
    mine = sample.reviews.opinions().filter(by=by).first() if sample.opinions else None
    return GIVEN_ALREADY.format(said=mine.label or "unusable") if mine else ""


def _decision(sample: Sample, said: Word) -> Decision:
    """What is excluded keeps the label that it had."""
    return Decision(STATE_AFTER[Verdict(said.verdict)], said.label or sample.label)


def _checked(verdict: str, label: Label | None, reason: str) -> Word:
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
    if confirmed not in {given, answered} and confirmed != sample.classifier.words().get(answered):
        raise BadVerdict("label", f"{name!r} is not what is to be confirmed. Send it with the verdict corrected.")
    return _named(sample.classifier, confirmed)


def _named(classifier: Classifier, name: str) -> Label:
    """The label of that name, or that it means since an answer gave it; a capital too many, as phones put it, does not matter."""
    found = classifier.label_meant(name) or classifier.labels.filter(name__iexact=name).first()
    if found is None:
        raise BadVerdict("label", classifier.has_no(name))
    return found


def _is_stale(shown: Sample, seen: str) -> bool:
    """Whether somebody was there since; opinions that the person is not shown, and answers to what is known, do not count."""
    looked, _, number = seen.rpartition(":")
    if seen == shown.seen:
        return False
    if looked != shown.seen.rpartition(":")[0] or not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return True
    since = shown.reviews.filter(number__gt=int(number))
    return int(number) > shown.events or since.filter(one_of=None, checks=False).exists()


def _repeated(sample: Sample, by: Person, said: Word, reason: str) -> Review | None:
    """The same verdict of the same person: the last of all, or the opinion that they gave."""
    opinions = sample.reviews.opinions().filter(by=by) if sample.opinions and isinstance(by, User) else Review.objects.none()
    last = sample.reviews.newest_first().first()
    before = [review for review in (last, opinions.first()) if review and _repeats(review, by, said, reason)]
    return before[0] if before else None


def _repeats(last: Review, by: Person, said: Word, reason: str) -> bool:
    same_person = last.by_id == by.pk if isinstance(by, User) else last.own and last.by_id is None
    same_label = last.label_id == (said.label.pk if said.label else None)
    return same_person and same_label and (last.verdict, last.reason) == (said.verdict, reason)


def _require_room(by: Person, sample: Sample) -> None:
    if sample.events >= MOST_REVIEWS and not policy.may_review(by):
        raise TooManyReviews(f"This image has been judged {MOST_REVIEWS} times. Leave it as it is now.")
