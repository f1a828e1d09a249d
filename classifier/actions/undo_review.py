"""Take a verdict back, by one more event."""

from __future__ import annotations

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
