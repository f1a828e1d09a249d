"""What to label next: of which pictures it is chosen, for whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from classifier import policy
from classifier.actions.propose_pictures import BadCount, propose_pictures
from classifier.actions.review_image import review_image
from classifier.models import Classifier, Prediction, User, unlabelled
from tests.factories import make_answer, make_classifier, make_image, make_prediction, make_reviewer, make_sample, make_version
from tests.measured import make_maintainer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


def sure(probability: float, owner: User | None = None, **fields: Any) -> Prediction:
    guesses = [{"label": "cat", "probability": probability}, {"label": "dog", "probability": 1 - probability}]
    return make_answer(owner, guesses=guesses, **fields)


def proposed(by: User, count: int = 20) -> list[Prediction]:
    return [one.prediction for one in propose_pictures(by=by, classifier=make_classifier(), count=count)]


def test_the_least_sure_come_first(mary: User, doodle: Classifier) -> None:
    rows = [sure(probability, mary) for probability in (0.9, 0.55, 0.7)]
    assert proposed(mary) == [rows[1], rows[2], rows[0]]
    assert len(proposed(mary, count=2)) == 2
    (first, *_) = propose_pictures(by=mary, classifier=doodle, count=3)
    assert first.sample.seen == "new::0"
    assert first.margin == pytest.approx(0.1)


def test_a_picture_stands_once_with_its_last_answer(mary: User, doodle: Classifier) -> None:
    image = make_image(mary)
    sure(0.6, image=image)
    last = sure(0.9, image=image)
    assert proposed(mary) == [last]


def test_what_is_decided_unanswered_or_another_classifiers_is_left_out(mary: User, doodle: Classifier) -> None:
    make_sample(image=sure(0.6, mary).image)
    make_prediction(mary)
    make_answer(mary, classifier=make_classifier("shapes"))
    assert proposed(mary) == []


def test_others_pictures_are_for_reviewers_and_only_with_something_to_judge(mary: User, owner: User, doodle: Classifier) -> None:
    silent, disputed, mine = sure(0.6, owner), sure(0.6, owner), sure(0.6, mary)
    review_image(by=owner, image=disputed.image, classifier=doodle, verdict="corrected", label="dog")
    assert proposed(mary) == [mine]
    administrator = User.objects.create_superuser("root", "root@example.com", "a long enough secret")
    assert proposed(administrator) == [disputed]
    assert silent not in proposed(administrator)


def test_what_somebody_has_given_their_word_about_is_not_asked_of_them_again(mary: User, doodle: Classifier) -> None:
    said = sure(0.6, mary)
    review_image(by=mary, image=said.image, classifier=doodle, verdict="confirmed", label="cat")
    assert proposed(mary) == []


def test_whoever_made_a_classifier_may_ask_too_and_nobody_else(owner: User, doodle: Classifier) -> None:
    for other in (owner, make_reviewer()):
        with pytest.raises(policy.MaintainersOnly):
            proposed(other)
    doodle.made_by = owner
    doodle.save()
    mine = sure(0.6, owner)
    assert proposed(owner) == [mine]


@pytest.mark.parametrize("count", [0, 101])
def test_a_number_that_cannot_be_is_refused(mary: User, doodle: Classifier, count: int) -> None:
    with pytest.raises(BadCount, match="1 to 100 pictures can be proposed at once"):
        proposed(mary, count)


def test_of_many_it_is_chosen_by_what_the_network_sees(mary: User, doodle: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlabelled, "ENOUGH", 8)
    version, before = make_version(), make_version()
    sure(0.5, mary, model_version=before, features=np.ones(3, np.float16).tobytes())
    places = np.repeat(np.eye(2, 4), 5, axis=0).astype(np.float16)
    rows = [sure(0.6, mary, model_version=version, features=place.tobytes()) for place in places]
    chosen = proposed(mary, count=2)
    assert sorted(rows.index(row) // 5 for row in chosen) == [0, 1]
