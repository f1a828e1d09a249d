"""Take a verdict back, or all that were given in one go, by one more event each."""

from __future__ import annotations

import uuid

from django.db import transaction

from classifier import policy
from classifier.models import Person, Review, Sample, User, Verdict
from classifier.models.reviews import majority
from classifier.models.verdicts import Decision

NOT_THEIRS = "This is the word of the person whose image it is, and only they can take it back."
NOT_THEIR_OPINION = "This is the opinion of another reviewer. They can take it back, or a maintainer."


class CannotUndo(Exception):
    """There is nothing to take back, or something rests on it."""

    code = "cannot_undo"


def undo_review(*, by: Person, review: Review) -> Review:
    """Append an event that restores what was before `review`. Its giver may; a decision, any reviewer.

    Without an opinion the others count again: what they had decided may no longer stand, or stand now.
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
        last = [review for review in given if _is_theirs(by, review) and not review.undone and not review.followers().exists()]
        if not given:
            raise Review.DoesNotExist
        if not last:
            raise CannotUndo("All of this has been taken back already, or judged again since, or is not yours to take back.")
        return [_undone(by, samples[review.sample_id], review) for review in last], [row for row in given if row not in last]


def _undone(by: Person, sample: Sample, found: Review) -> Review:
    return Review.objects.append(
        sample,
        decision=_decision_without(sample, found),
        word=sample.reviews.exclude(pk=found.pk).last_word() if found.own else None,
        verdict=Verdict.UNDONE,
        undoes=found,
        by=by if isinstance(by, User) else None,
        model_version_id=found.model_version_id,
        one_of=found.one_of,
        checks=found.checks,
    )


def _decision_without(sample: Sample, found: Review) -> Decision | None:
    """What the sample becomes; None where it stays what it is."""
    if not found.one_of:
        return found.before if found.decides else None
    left = majority(list(sample.reviews.opinions().exclude(pk=found.pk)), sample)
    if not sample.judged or left:
        return None if sample.judged else left
    last = sample.reviews.filter(decides=True, one_of__isnull=False).newest_first().select_related("old_label")[0]
    return last.before


def _is_theirs(by: Person, review: Review) -> bool:
    """Whether they may take it back as reviewers."""
    alone = not review.one_of and not review.checks
    return alone or policy.may_maintain(by) or (isinstance(by, User) and review.by_id == by.pk)


def _require_right(by: Person, review: Review) -> None:
    if not _is_theirs(by, review):
        raise policy.NotAllowed(NOT_THEIR_OPINION)
    if review.decides and not review.one_of:
        policy.require_reviewer(by)
    elif review.own and not policy.owns(by, review.sample.image):
        raise policy.NotAllowed(NOT_THEIRS)


def _require_last(review: Review) -> None:
    if review.verdict == Verdict.UNDONE:
        raise CannotUndo("This took a verdict back. Give the verdict again instead.")
    if review.undone:
        raise CannotUndo("This has been taken back already.")
    if review.followers().exists():
        raise CannotUndo("Another verdict came after this one. Take that one back first.")
