"""Asking why, claiming what was asked and writing it down: the row is the job."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from classifier import policy
from classifier.actions.claim_explanation import claim_explanation
from classifier.actions.explain_prediction import NotAnswered, UnknownGuess, explain_prediction
from classifier.actions.record_explanation import Reasons, record_explanation
from classifier.actions.rename_label import rename_label
from classifier.models import Explanation, Neighbour, Prediction, User
from classifier.models.explanations import LEASE, MOST_WAITING
from tests.factories import make_answer, make_explanation, make_prediction, make_user, make_version
from tests.measured import make_maintainer

pytestmark = pytest.mark.django_db
CAT = Neighbour("cat", 0.9)
FOUND = Reasons(heatmap=b"png", nearest=[CAT], of_label=CAT, of_rival=None)


def ask(owner: User, label: str = "") -> Explanation:
    return explain_prediction(by=owner, prediction=make_answer(owner), label=label)


def claimed() -> Explanation:
    found = claim_explanation()
    assert found
    return found


def test_what_is_asked_twice_is_made_once(owner: User) -> None:
    prediction = make_answer(owner)
    first = explain_prediction(by=owner, prediction=prediction)
    assert (first.label, first.status) == ("cat", "queued")
    assert explain_prediction(by=owner, prediction=prediction, label="cat").pk == first.pk
    assert record_explanation(explanation=claimed(), result=FOUND)
    made = explain_prediction(by=owner, prediction=prediction)
    assert (made.pk, made.status, bytes(made.heatmap or b"")) == (first.pk, "succeeded", b"png")
    assert made.neighbours == [CAT]
    assert claim_explanation() is None


def test_any_label_of_the_version_can_be_asked_about_and_no_other(owner: User) -> None:
    version = make_version(card={"input": "bitmap", "labels": ["cat", "zebra"]})
    prediction = make_answer(owner, model_version=version)
    assert explain_prediction(by=owner, prediction=prediction, label="zebra").label == "zebra"
    with pytest.raises(UnknownGuess, match="'tiger'"):
        explain_prediction(by=owner, prediction=prediction, label="tiger")


def test_a_label_that_got_another_name_is_asked_about_by_both_as_the_answer_has_it(owner: User) -> None:
    version = make_version(card={"input": "bitmap", "labels": ["cat", "house"]})
    prediction = make_answer(owner, model_version=version)
    for name, to in (("cat", "kitten"), ("house", "home")):
        rename_label(by=make_maintainer(), classifier=version.classifier, name=name, to=to)
    asked = {name: explain_prediction(by=owner, prediction=prediction, label=name).label for name in ("cat", "kitten", "home")}
    assert asked == {"cat": "cat", "kitten": "cat", "home": "home"}


def test_nothing_is_explained_before_there_is_an_answer_or_to_strangers(owner: User, stranger: User) -> None:
    with pytest.raises(NotAnswered, match="Wait until"):
        explain_prediction(by=owner, prediction=make_prediction(owner))
    with pytest.raises(Prediction.DoesNotExist):
        explain_prediction(by=stranger, prediction=make_answer(owner))


def test_asking_counts_against_the_rate_and_looking_does_not(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_explanation(make_answer(owner))
    monkeypatch.setattr(policy, "_rate", lambda: 0)
    assert explain_prediction(by=owner, prediction=made.prediction).pk == made.pk
    with pytest.raises(policy.TooManyPictures):
        explain_prediction(by=owner, prediction=made.prediction, label="dog")


def test_one_person_does_not_keep_all_others_waiting(owner: User, stranger: User) -> None:
    for _ in range(MOST_WAITING):
        make_explanation(make_answer(owner), status="queued")
    with pytest.raises(policy.TooManyPictures, match="Ask again after one of them"):
        ask(owner)
    assert ask(stranger).pending


def test_predictions_come_first_but_not_for_ever(owner: User) -> None:
    asked = ask(owner)
    waiting = make_prediction(make_user())
    assert claim_explanation() is None
    Explanation.objects.update(asked_at=Now() - timedelta(seconds=11))
    assert claimed().pk == asked.pk
    assert waiting.pending


def test_what_a_killed_worker_left_is_taken_up_and_given_up_after_three(owner: User) -> None:
    ask(owner)
    lost = claimed()
    assert claim_explanation() is None
    for attempt in (2, 3):
        Explanation.objects.update(lease_until=Now() - LEASE)
        assert claimed().attempt == attempt
    assert not record_explanation(explanation=lost, result=FOUND), "Who lost the lease writes nothing."
    Explanation.objects.update(lease_until=Now() - LEASE)
    assert claim_explanation() is None
    given_up = Explanation.objects.get(pk=lost.pk)
    assert (given_up.status, given_up.attempt) == ("failed", 3)
    assert "Three workers" in given_up.problem


def test_what_failed_is_tried_again_for_whoever_asks_a_minute_later(owner: User) -> None:
    asked = ask(owner)
    assert record_explanation(explanation=claimed(), result="The picture could not be read.")
    failed = explain_prediction(by=owner, prediction=asked.prediction)
    assert (failed.status, failed.problem) == ("failed", "The picture could not be read.")
    Explanation.objects.update(finished_at=Now() - timedelta(seconds=61))
    again = explain_prediction(by=owner, prediction=asked.prediction)
    assert (again.pk, again.status, again.attempt, again.problem) == (asked.pk, "queued", 0, "")


def test_old_ones_are_forgotten_but_not_what_waits(owner: User) -> None:
    made, waiting = make_explanation(make_answer(owner)), ask(owner)
    Explanation.objects.update(asked_at=Now() - timedelta(days=31))
    fresh = make_explanation(make_answer(owner))
    Explanation.objects.forget_old()
    assert set(Explanation.objects.values_list("pk", flat=True)) == {waiting.pk, fresh.pk}
    assert made.pk not in {waiting.pk, fresh.pk}


def test_the_sentence_says_what_the_numbers_say(owner: User) -> None:
    answer = make_answer(owner)
    whole = "Nearest example: cat (0.91 alike). Runner-up: dog, 0.10, whose nearest example is 0.74 alike."
    assert make_explanation(answer).sentence == whole
    guesses = [{"label": "cat", "probability": 0.99}, {"label": "dog", "probability": 0.003}]
    assert "Runner-up: dog, under 0.01," in make_explanation(make_answer(owner, guesses=guesses)).sentence
    of_dog = make_explanation(answer, label="dog", of_label={**CAT.kept(), "label": "dog", "alike": 0.741}, of_rival=CAT.kept())
    said = "Nearest example: cat (0.91 alike). The nearest dog is 0.74 alike. The best guess: cat, 0.80, whose nearest example"
    assert of_dog.sentence.startswith(said)
    bare = make_explanation(answer, label="bird", nearest=[], of_label=None, of_rival=None)
    assert bare.sentence == "No examples were kept of what this version was trained on. The best guess: cat, 0.80."
