"""Say how the pictures of a classifier are reviewed."""

from __future__ import annotations

from classifier import policy
from classifier.models import Classifier, User
from classifier.models.classifiers import MOST_KNOWN, MOST_OPINIONS


class BadReviewing(ValueError):
    """A way of reviewing that cannot be; `field` is what to change."""

    code = "bad_reviewing"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def change_classifier(*, by: User, classifier: Classifier, opinions: int | None = None, known_share: int | None = None) -> None:
    """How many opinions decide a sample, and how many of 100 samples reviewers are tried with; None leaves it.

    What has been decided stays; on what is open, the next opinion counts with those that are there.
    Raises policy.MaintainersOnly and BadReviewing.
    """
    policy.require_maintainer(by)
    if opinions is not None and not 1 <= opinions <= MOST_OPINIONS:
        raise BadReviewing("opinions", f"1 to {MOST_OPINIONS} opinions can decide a sample; {opinions} cannot.")
    if known_share is not None and not 0 <= known_share <= MOST_KNOWN:
        raise BadReviewing("known_share", f"0 to {MOST_KNOWN} % of what is given can be known answers; {known_share} % cannot.")
    wanted = {"opinions": opinions, "known_share": known_share}
    for name, value in wanted.items():
        if value is not None:
            setattr(classifier, name, value)
    classifier.save(update_fields=[name for name, value in wanted.items() if value is not None])
