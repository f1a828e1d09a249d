"""Give a sample to a reviewer, for a while to nobody else: so two who work at once do not judge the same one."""

from __future__ import annotations

import secrets
from datetime import timedelta

from classifier import policy
from classifier.models import Question, Sample, User
from classifier.models.samples import Place, SampleQuerySet


def give_sample(*, by: User, sample: Sample) -> bool:
    """Whether it is theirs now; not while another reviewer holds it, who may be looking at it. Raises policy.ReviewersOnly."""
    policy.require_reviewer(by)
    return Sample.objects.hold(sample, by)


def give_next(*, by: User, among: SampleQuerySet, after: Place | None = None, may_try: bool = False) -> Sample | None:
    """The first of these, `after` a place in their order, that nobody else holds, theirs now; None where there is none.

    With `may_try` now and then one whose answer is known, as if it waited there, as often as the classifier says.
    Raises policy.ReviewersOnly.
    """
    policy.require_reviewer(by)
    among = among.queued_after(after) if after else among
    while found := among.free_for(by).first():
        if Sample.objects.hold(found, by):
            return _in_front_of(by, found, after) if may_try and found.classifier.known_share else found
    return None


def _in_front_of(by: User, found: Sample, after: Place | None) -> Sample:
    """A sample that the person is tried with in the place before this one, or this one itself. Maintainers know too much."""
    if policy.may_maintain(by):
        return found
    put = Question.objects.put_lately(by, found.classifier).first()
    if put and (after is None or put.place < after):
        return put.as_put()
    if secrets.randbelow(100) >= found.classifier.known_share:
        return found
    known = Question.objects.known_to_try(by, found.classifier)
    if known is None:
        return found
    before = found.changed_at + timedelta(microseconds=1)
    return Question.objects.create(reviewer=by, sample=known, rank=found.rank, placed_at=before).as_put()
