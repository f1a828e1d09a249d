"""Take a verdict back, or all that were given in one go, by one more event each."""

from __future__ import annotations

import uuid

from django.db import transaction

from classifier import policy
from classifier.models import Person, Review, Sample, User, Verdict

NOT_THEIRS = "This is the word of the person whose image it is, and only they can take it back."


class CannotUndo(Exception):
    """There is nothing to take back, or something rests on it."""

    code = "cannot_undo"


def undo_review(*, by: Person, review: Review) -> Review:
    """Append an event that restores what was before `review`. Its giver may; a decision, any reviewer.

    Raises Review.DoesNotExist where the image is not open to them, policy.NotAllowed and CannotUndo.
    """
    with transaction.atomic():
        judged = Review.objects.filter(sample__image__in=policy.images_open_to(by))
        sample = Sample.objects.select_for_update().get(pk=judged.get(pk=review.pk).sample_id)
        found = judged.for_showing().get(pk=review.pk)
        _require_right(by, found)
        _require_last(found)
        return _undone(by, sample, found)


def undo_reviews(*, by: User, together: uuid.UUID) -> tuple[list[Review], list[Review]]:
    """The same for all verdicts given in one go: what was appended, and the verdicts that others rest on, which stay.

    Raises policy.ReviewersOnly, Review.DoesNotExist where there is none, CannotUndo where none can be taken back.
    """
    policy.require_reviewer(by)
    with transaction.atomic():
        ids = list(Review.objects.filter(together=together).values_list("sample", flat=True))
        samples = Sample.objects.locked_all(ids)
        given = list(Review.objects.filter(together=together).for_showing().order_by("id"))
        last = [review for review in given if not review.undone and not review.followers().exists()]
        if not given:
            raise Review.DoesNotExist
        if not last:
            raise CannotUndo("All of this has been taken back already, or judged again since.")
        return [_undone(by, samples[review.sample_id], review) for review in last], [row for row in given if row not in last]


def _undone(by: Person, sample: Sample, found: Review) -> Review:
    return Review.objects.append(
        sample,
        decision=found.before if found.decides else None,
        word=sample.reviews.exclude(pk=found.pk).last_word() if found.own else None,
        verdict=Verdict.UNDONE,
        undoes=found,
        by=by if isinstance(by, User) else None,
        model_version_id=found.model_version_id,
    )


def _require_right(by: Person, review: Review) -> None:
    if review.decides:
        policy.require_reviewer(by)
    elif not policy.owns(by, review.sample.image):
        raise policy.NotAllowed(NOT_THEIRS)


def _require_last(review: Review) -> None:
    if review.verdict == Verdict.UNDONE:
        raise CannotUndo("This took a verdict back. Give the verdict again instead.")
    if review.undone:
        raise CannotUndo("This has been taken back already.")
    if review.followers().exists():
        raise CannotUndo("Another verdict came after this one. Take that one back first.")
