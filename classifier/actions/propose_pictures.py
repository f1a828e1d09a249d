"""Which pictures to label next, for whoever trains a classifier."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from classifier import policy
from classifier.models import Classifier, User
from classifier.models.unlabelled import Telling, most_telling

MOST_PROPOSED = 100


class BadCount(ValueError):
    """So many cannot be proposed."""

    code, field = "bad_count", "count"


def propose_pictures(*, by: User, classifier: Classifier, count: int, passed_over: Collection[uuid.UUID] = ()) -> list[Telling]:
    """Those that `by` may see and whose labels would teach most, without what they have passed over.

    For a reviewer what nobody has decided; for others what they have not given their own word about.
    Raises policy.MaintainersOnly and BadCount.
    """
    policy.require_trainer(by, classifier)
    if not 1 <= count <= MOST_PROPOSED:
        raise BadCount(f"1 to {MOST_PROPOSED} pictures can be proposed at once, not {count:,}. Ask for fewer, and again.")
    words = not policy.may_review(by)
    return most_telling(classifier, policy.images_open_to(by), count, words=words, passed_over=passed_over)
