from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from classifier import policy
from classifier.actions import review_image as reviewing
from classifier.actions.adopt_images import adopt_images
from classifier.actions.issue_token import allowed_scopes
from classifier.actions.review_image import BadVerdict, StaleReview, TooManyReviews, review_image
from classifier.actions.undo_review import CannotUndo, undo_review
from classifier.models import Image, Label, Person, Prediction, Review, Sample, User, Visitor
from tests.factories import make_answer, make_image, make_reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(owner: User) -> Prediction:
    """Cat, 0.8, says the network."""
    return make_answer(owner)


@pytest.fixture
def reviewer(db: None) -> User:
    return make_reviewer("rita")


def say(by: Person, answer: Prediction, verdict: str = "corrected", label: str = "", **more: str) -> Review:
    return review_image(by=by, image=answer.image, classifier=answer.classifier, verdict=verdict, label=label, **more)


def undo(by: Person, review: Review) -> Review:
    return undo_review(by=by, review=review)


def state() -> tuple[str, str | None, str, str | None]:
    sample = Sample.objects.select_related("label", "word_label").get()
    label, word = (found.name if found else None for found in (sample.label, sample.word_label))
    return sample.state, label, sample.word, word


def test_a_persons_word_waits_for_a_reviewer(owner: User, answer: Prediction, reviewer: User) -> None:
    word = say(owner, answer, "corrected", "dog")
    assert (word.own, word.decides, word.by) == (True, False, owner)
    assert state() == ("new", None, "corrected", "dog")
    assert list(Sample.objects.awaiting_review()) == [word.sample]
    verdict = say(reviewer, answer, "confirmed")
    assert (verdict.own, verdict.decides, str(verdict.label)) == (False, True, "dog")
    assert state() == ("accepted", "dog", "corrected", "dog")
    assert not Sample.objects.awaiting_review().exists()


def test_a_reviewers_decision_leaves_the_owner_their_word(owner: User, answer: Prediction, reviewer: User) -> None:
    say(owner, answer, "corrected", "dog")
    say(reviewer, answer, "corrected", "bird")
    assert state() == ("corrected", "bird", "corrected", "dog")
    say(owner, answer, "confirmed")
    assert state() == ("corrected", "bird", "confirmed", "cat")


def test_every_event_says_who_and_from_what_to_what(owner: User, answer: Prediction, reviewer: User) -> None:
    say(owner, answer, "corrected", "dog")
    event = say(reviewer, answer, "unusable", reason="only a dot")
    assert (event.by, event.old_state, event.new_state, event.reason) == (reviewer, "new", "excluded", "only a dot")
    assert event.model_version == answer.model_version
    assert [row.number for row in Review.objects.newest_first()] == [2, 1]


def test_an_administrator_judges_without_being_in_the_group(answer: Prediction) -> None:
    root = User.objects.create_superuser("root", "root@example.com", "a long enough secret")
    say(answer.image.owner or root, answer, "corrected", "dog")
    assert say(root, answer, "confirmed").decides
    assert root.is_maintainer
    assert set(allowed_scopes(root)) >= {"review", "train", "admin"}


def test_a_reviewers_own_picture_is_word_and_decision_at_once(reviewer: User) -> None:
    mine = make_answer(reviewer)
    event = say(reviewer, mine, "corrected", "dog")
    assert event.own
    assert event.decides
    assert state() == ("corrected", "dog", "corrected", "dog")
    undo(reviewer, event)
    assert state() == ("new", None, "", None)


def test_undo_brings_back_what_was_before_step_by_step(owner: User, answer: Prediction, reviewer: User) -> None:
    first = say(owner, answer, "corrected", "dog")
    second = say(owner, answer, "corrected", "bird")
    judged = say(reviewer, answer, "confirmed")
    assert state() == ("accepted", "bird", "corrected", "bird")
    taken = undo(reviewer, judged)
    assert (taken.verdict, taken.undoes, taken.label) == ("undone", judged, None)
    assert state() == ("new", None, "corrected", "bird")
    undo(owner, second)
    assert state() == ("new", None, "corrected", "dog")
    undo(owner, first)
    assert state() == ("new", None, "", None)
    assert Review.objects.count() == 6


def test_only_the_last_verdict_of_its_kind_can_be_undone_and_once(owner: User, answer: Prediction, reviewer: User) -> None:
    first = say(owner, answer, "corrected", "dog")
    second = say(owner, answer, "unusable")
    with pytest.raises(CannotUndo, match="came after"):
        undo(owner, first)
    taken = undo(owner, second)
    with pytest.raises(CannotUndo, match="already"):
        undo(owner, second)
    with pytest.raises(CannotUndo, match="Give the verdict again"):
        undo(owner, taken)


def test_one_reviewer_may_undo_anothers_decision_but_nobody_anothers_word(
    owner: User, answer: Prediction, reviewer: User, stranger: User
) -> None:
    word = say(owner, answer, "corrected", "dog")
    verdict = say(reviewer, answer, "confirmed")
    with pytest.raises(policy.NotAllowed, match="only they"):
        undo(reviewer, word)
    with pytest.raises(policy.ReviewersOnly):
        undo(owner, verdict)
    with pytest.raises(Review.DoesNotExist):
        undo(stranger, verdict)
    undo(make_reviewer("second"), verdict)
    assert state() == ("new", None, "corrected", "dog")


def test_a_stale_look_is_refused_with_what_changed(owner: User, answer: Prediction, reviewer: User) -> None:
    seen = say(owner, answer, "corrected", "dog").sample.seen
    say(make_reviewer("faster"), answer, "corrected", "bird", seen=seen)
    with pytest.raises(StaleReview, match="it is now corrected, bird") as refusal:
        say(reviewer, answer, "confirmed", seen=seen)
    assert refusal.value.sample.seen == "corrected:bird:2"
    assert refusal.value.last is not None
    assert str(refusal.value.last.label) == "bird"
    assert state()[1] == "bird"
    say(reviewer, answer, "confirmed", seen="corrected:bird:2")


def test_a_new_word_makes_what_a_reviewer_saw_stale(owner: User, answer: Prediction, reviewer: User) -> None:
    seen = say(owner, answer, "corrected", "dog").sample.seen
    say(owner, answer, "corrected", "bird")
    with pytest.raises(StaleReview):
        say(reviewer, answer, "confirmed", seen=seen)


def test_the_same_verdict_again_is_the_same_review(owner: User, answer: Prediction, reviewer: User) -> None:
    assert say(owner, answer, "corrected", "dog", seen="new::0") == say(owner, answer, "corrected", "dog", seen="new::0")
    first = say(reviewer, answer, "confirmed")
    assert say(reviewer, answer, "confirmed") == first
    assert say(make_reviewer("second"), answer, "confirmed") != first
    assert say(reviewer, answer, "confirmed") != first
    assert Review.objects.count() == 4


BAD = [
    ("corrected", "", "", "label", "needs a label"),
    ("corrected", "unicorn", "", "label", "no label 'unicorn'"),
    ("unusable", "cat", "", "label", "no label"),
    ("confirmed", "dog", "", "label", "with the verdict corrected"),
    ("undone", "", "", "verdict", "Give one of confirmed"),
    ("fine", "", "", "verdict", "Give one of confirmed"),
    ("unusable", "", "x" * 501, "reason", "500 are kept"),
]


@pytest.mark.parametrize(("verdict", "label", "reason", "field", "words"), BAD)
def test_a_verdict_that_cannot_be_says_why_and_leaves_nothing(
    owner: User, answer: Prediction, verdict: str, label: str, reason: str, field: str, words: str
) -> None:
    with pytest.raises(BadVerdict, match=words) as refusal:
        say(owner, answer, verdict, label, reason=reason)
    assert refusal.value.field == field
    assert not Sample.objects.exists()


def test_without_an_answer_there_is_nothing_to_confirm_but_something_to_say(owner: User, answer: Prediction) -> None:
    Prediction.objects.update(status="failed", label="")
    with pytest.raises(BadVerdict, match="neither a label nor an answer"):
        say(owner, answer, "confirmed")
    say(owner, answer, "corrected", "House")  # as a phone's keyboard begins it
    assert state() == ("new", None, "corrected", "house")


def test_others_pictures_are_closed_and_a_reviewer_sees_what_is_to_be_judged(
    owner: User, answer: Prediction, reviewer: User, stranger: User
) -> None:
    for person in (stranger, reviewer, Visitor(uuid.uuid4())):
        with pytest.raises(Image.DoesNotExist):
            say(person, answer, "corrected", "dog")
    word = say(owner, answer, "corrected", "dog")
    assert list(policy.images_open_to(reviewer)) == [answer.image]
    assert not policy.images_open_to(stranger).exists()
    undo(owner, word)
    assert not policy.images_open_to(reviewer).exists()


def test_a_visitors_word_comes_along_when_they_sign_up(answer: Prediction, owner: User, stranger: User) -> None:
    visitor = Visitor(uuid.uuid4())
    twin, other = make_image(sha256=answer.image.sha256), make_image()
    Image.objects.filter(pk__in=[twin.pk, other.pk]).update(owner=None, visitor=visitor.key)
    for image in (twin, other):
        review_image(by=visitor, image=image, classifier=answer.classifier, verdict="corrected", label="dog")
    adopt_images(by=owner, visitor=visitor.key)
    assert {sample.image_id for sample in Sample.objects.all()} == {answer.image_id, other.pk}
    assert {review.by for review in Review.objects.all()} == {owner}
    undo(owner, Review.objects.get(sample__image=other))
    with pytest.raises(Image.DoesNotExist):
        say(stranger, answer, "unusable")


def test_going_to_and_fro_ends(owner: User, answer: Prediction, reviewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviewing, "MOST_REVIEWS", 2)
    say(owner, answer, "corrected", "dog")
    say(owner, answer, "corrected", "bird")
    with pytest.raises(TooManyReviews, match="2 times"):
        say(owner, answer, "corrected", "dog")
    assert say(reviewer, answer, "confirmed").decides


def test_the_queue_has_peoples_no_first_and_the_newest_of_them_before(reviewer: User) -> None:
    yes, first, second, reported, decided, silent = (make_answer() for _ in range(6))
    say(yes.image.owner or reviewer, yes, "confirmed")
    for answer in (first, second, decided):
        say(answer.image.owner or reviewer, answer, "corrected", "dog")
    say(reported.image.owner or reviewer, reported, "unusable")
    say(reviewer, decided, "confirmed")
    queue = list(Sample.objects.awaiting_review().in_queue_order())
    assert [row.image_id for row in queue] == [reported.image_id, second.image_id, first.image_id, yes.image_id]
    for sample, following in zip(queue, [*queue[1:], None], strict=True):
        rest = Sample.objects.awaiting_review().queued_after(sample.place)
        assert rest.first() == following
    assert silent.image_id not in {row.image_id for row in Sample.objects.open_to_reviewers()}


def test_reviews_go_with_their_image_and_keep_their_labels(owner: User, answer: Prediction, reviewer: User) -> None:
    say(owner, answer, "corrected", "dog")
    undo(reviewer, say(reviewer, answer, "confirmed"))
    reviewer.delete()
    assert Review.objects.filter(decides=True, by=None).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Label.objects.filter(name="dog").delete()
    answer.image.discard()
    assert not Review.objects.exists()
    answer.classifier.delete()


WRONG_SAMPLES = [{"state": "accepted", "label": None}, {"word": "corrected", "word_label": None}, {"word": "odd"}]
WRONG_REVIEWS = [
    {"verdict": "corrected", "label": None},
    {"verdict": "unusable"},
    {"verdict": "undone", "label": None},
    {"own": False, "decides": False},
    {"number": 1},
]


@pytest.mark.parametrize("fields", WRONG_SAMPLES, ids=str)
def test_the_database_refuses_a_sample_that_makes_no_sense(owner: User, answer: Prediction, fields: dict[str, object]) -> None:
    say(owner, answer, "corrected", "dog")
    with pytest.raises(IntegrityError), transaction.atomic():
        Sample.objects.update(**fields)


@pytest.mark.parametrize("fields", WRONG_REVIEWS, ids=str)
def test_the_database_refuses_a_review_that_makes_no_sense(owner: User, answer: Prediction, fields: dict[str, object]) -> None:
    say(owner, answer, "corrected", "bird")
    second = say(owner, answer, "corrected", "dog")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=second.pk).update(**fields)
