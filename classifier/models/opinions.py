"""What a person is not shown, so that nobody's opinion sways another's."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from classifier.models.people import Person, User
from classifier.models.questions import Question
from classifier.models.reviews import Review, ReviewQuerySet
from classifier.models.samples import SampleQuerySet


def left_to(person: User, samples: SampleQuerySet) -> SampleQuerySet:
    """Those on which the person can still say something: ties are a maintainer's, and nobody gives two opinions."""
    if person.is_maintainer:
        return samples
    # once for all samples, not for each: PostgreSQL would expect the latter to take so long that it compiles the query first
    open_ones = Review.objects.opinions().filter(sample__judged=False, sample__classifier__opinions__gt=1)
    return samples.filter(tied=False).exclude(pk__in=open_ones.filter(by=person).order_by().values("sample"))


def shown_to(person: Person, reviews: ReviewQuerySet) -> ReviewQuerySet:
    """Without opinions on an open sample before the person gave theirs, others' answers to what is known,
    and all that tells of a sample that the person is tried with.

    A maintainer sees what a tie is made of, and who was tried with what.
    """
    if not isinstance(person, User):
        return reviews.filter(Q(one_of=None) | Q(sample__judged=True), checks=False)
    gave = Review.objects.opinions().filter(sample=OuterRef("sample"), by=person)
    seen = Q(by=person) | Q(one_of=None) | Q(sample__judged=True) | Exists(gave)
    if person.is_maintainer:
        return reviews.filter(seen | Q(sample__tied=True))
    tried = Question.objects.open_to(person).filter(sample=OuterRef("sample"))
    return reviews.filter(seen, Q(by=person) | Q(checks=False)).filter(Q(by=person) | Q(own=True) | ~Exists(tried))
