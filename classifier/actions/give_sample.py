"""Give a sample to a reviewer, for a while to nobody else: so two who work at once do not judge the same one."""

from __future__ import annotations

from classifier import policy
from classifier.models import Sample, User
from classifier.models.samples import SampleQuerySet


def give_sample(*, by: User, sample: Sample) -> bool:
    """Whether it is theirs now; not while another reviewer holds it, who may be looking at it. Raises policy.ReviewersOnly."""
    policy.require_reviewer(by)
    return Sample.objects.hold(sample, by)


def give_next(*, by: User, among: SampleQuerySet) -> Sample | None:
    """The first of these that nobody else holds, theirs now; None where there is none. Raises policy.ReviewersOnly."""
    policy.require_reviewer(by)
    while found := among.free_for(by).first():
        if Sample.objects.hold(found, by):
            return found
    return None
