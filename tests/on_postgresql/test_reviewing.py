from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from classifier.actions.review_image import StaleReview, review_image
from classifier.models import Review, Sample, User
from tests.factories import make_answer, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_verdicts_at_once_come_one_after_the_other(owner: User) -> None:
    answer, reviewers = make_answer(owner), [make_reviewer(name) for name in ("one", "two", "three")]
    judged: dict[str, Any] = {"image": answer.image, "classifier": answer.classifier}
    review_image(by=owner, **judged, verdict="corrected", label="dog")
    outcomes: list[str] = []

    def judge(reviewer: User) -> None:
        try:
            review = review_image(by=reviewer, **judged, verdict="confirmed", seen="new::1")
            outcomes.append(str(review.label))
        except StaleReview:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=judge, args=[reviewer]) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["dog", "stale", "stale"]
    assert Sample.objects.get().events == Review.objects.count() == 2
