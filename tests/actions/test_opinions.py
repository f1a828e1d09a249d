"""Where several reviewers decide together: votes that decide, ties, and what is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from classifier import policy
from classifier.actions.import_samples import import_samples
from classifier.actions.review_image import BadVerdict, Judgement, StaleReview, review_image, review_images
from classifier.actions.undo_review import CannotUndo, undo_review, undo_reviews
from classifier.models import Classifier, Image, Review, Sample, User
from classifier.models.opinions import left_to, shown_to
from classifier.models.people import MAINTAINERS
from classifier.sources.archive import submission_of
from classifier.sources.labelled import Labelled
from classifier.sources.submission import Submission
from tests.factories import make_answer, make_reviewer, make_sample, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db: None) -> list[User]:
    return [make_reviewer(name) for name in ("ann", "ben", "cas", "dan", "eve")]


@pytest.fixture
def mary(db: None) -> User:
    """Reviews, and maintains."""
    mary = make_reviewer("mary")
    mary.groups.add(Group.objects.get_or_create(name=MAINTAINERS)[0])
    return mary


def need(opinions: int) -> None:
    Classifier.objects.update(opinions=opinions)


def doubted(opinions: int = 2) -> Sample:
    """Labelled cat, though the network says dog."""
    sample = make_sample("cat", "dog")
    need(opinions)
    return sample


def say(by: User, sample: Sample, label: str, **more: Any) -> Review:
    """The label, or that it is unusable where there is none."""
    verdict = ("confirmed" if label == now(sample)[1] else "corrected") if label else "unusable"
    classifier = Classifier.objects.get(pk=sample.classifier_id)
    return review_image(by=by, image=sample.image, classifier=classifier, verdict=verdict, label=label, **more)


def now(sample: Sample) -> tuple[str, str | None, int, bool, bool]:
    sample = Sample.objects.select_related("label").filter(pk=sample.pk).first() or Sample()
    return sample.state, sample.label.name if sample.label else None, sample.opinions, sample.judged, sample.tied


def queue_of(person: User) -> set[Sample]:
    return set(left_to(person, Sample.objects.awaiting_review()))


OUTCOMES = [
    (2, ["dog", "dog"], ("corrected", "dog", 2, True, False)),
    (2, ["cat", "cat"], ("accepted", "cat", 2, True, False)),
    (2, ["", ""], ("excluded", "cat", 2, True, False)),
    (2, ["dog", "cat"], ("accepted", "cat", 2, False, True)),
    (3, ["dog", "dog"], ("accepted", "cat", 2, False, False)),
    (3, ["dog", "cat", "dog"], ("corrected", "dog", 3, True, False)),
    (3, ["dog", "dog", ""], ("corrected", "dog", 3, True, False)),
    (3, ["dog", "cat", ""], ("accepted", "cat", 3, False, True)),
    (4, ["dog", "dog", "cat", "cat"], ("accepted", "cat", 4, False, True)),
    (5, ["dog", "cat", "dog", "cat", "dog"], ("corrected", "dog", 5, True, False)),
    (2, ["dog", "cat", "dog"], ("corrected", "dog", 3, True, False)),
]


@pytest.mark.parametrize(("needed", "said", "expected"), OUTCOMES, ids=str)
def test_more_than_half_decide_once_there_are_enough(
    team: list[User], needed: int, said: list[str], expected: tuple[str, str | None, int, bool, bool]
) -> None:
    sample = doubted(needed)
    for person, label in zip(team, said, strict=False):
        say(person, sample, label)
    assert now(sample) == expected


def test_an_opinion_waits_for_the_others_but_not_for_who_gave_it(team: list[User], mary: User) -> None:
    sample = doubted()
    ann, ben, *_ = team
    opinion = say(ann, sample, "dog")
    assert (opinion.decides, opinion.one_of, opinion.new_state, str(opinion.new_label)) == (False, 2, "accepted", "cat")
    assert queue_of(ann) == set()
    assert queue_of(ben) == queue_of(mary) == {sample}
    decisive = say(ben, sample, "dog")
    assert (decisive.decides, str(decisive.old_label), str(decisive.new_label)) == (True, "cat", "dog")
    assert queue_of(ben) == queue_of(mary) == set()


def test_what_was_not_doubted_waits_too_once_there_is_an_opinion(team: list[User]) -> None:
    sample = make_sample("cat")
    need(2)
    say(team[0], sample, "")
    assert queue_of(team[1]) == {sample}


def test_an_opinion_leaves_the_place_in_the_queue_and_what_others_see(team: list[User]) -> None:
    sample = doubted(3)
    before = Sample.objects.get(pk=sample.pk)
    say(team[0], sample, "dog")
    after = Sample.objects.get(pk=sample.pk)
    assert after.changed_at == before.changed_at
    assert say(team[1], sample, "cat", seen=before.seen).one_of == 3
    say(team[2], sample, "dog", seen=before.seen)
    with pytest.raises(StaleReview, match="now corrected, dog"):
        say(team[3], sample, "cat", seen=before.seen)
    for odd in ("accepted:cat:x", "accepted:cat:" + "9" * 40, "accepted:cat:99"):
        with pytest.raises(StaleReview):
            say(team[3], make_sample("cat"), "cat", seen=odd)


def test_a_tie_is_a_maintainers_who_decides_alone(team: list[User], mary: User) -> None:
    sample = doubted()
    ann, ben, cas, *_ = team
    say(ann, sample, "dog")
    say(ben, sample, "cat")
    assert queue_of(cas) == set()
    assert queue_of(mary) == set(Sample.objects.for_reason("tied")) == {sample}
    verdict = say(mary, sample, "cat")
    assert (verdict.decides, verdict.one_of) == (True, None)
    assert now(sample) == ("accepted", "cat", 2, True, False)
    undo_review(by=mary, review=verdict)
    assert now(sample) == ("accepted", "cat", 2, False, True)


def test_each_gives_one_opinion_and_the_same_again_is_the_same(team: list[User]) -> None:
    sample = doubted(3)
    first = say(team[0], sample, "dog")
    say(team[1], sample, "cat")
    assert say(team[0], sample, "dog") == first
    with pytest.raises(BadVerdict, match="your opinion on this one already: dog"):
        say(team[0], sample, "cat")
    undo_review(by=team[0], review=first)
    assert now(sample)[2] == 1
    say(team[0], sample, "cat")
    say(team[2], sample, "dog")
    assert now(sample) == ("accepted", "cat", 3, True, False)


def test_what_several_decided_only_a_maintainer_decides_otherwise(team: list[User], mary: User) -> None:
    sample = doubted()
    for person in team[:2]:
        say(person, sample, "dog")
    with pytest.raises(BadVerdict, match=r"it is dog\. .* ask a maintainer"):
        say(team[2], sample, "cat")
    say(mary, sample, "cat")
    assert now(sample) == ("corrected", "cat", 2, True, False)


@pytest.mark.parametrize("place", [0, 1])
def test_without_an_opinion_the_decision_falls_and_comes_back_with_another(team: list[User], place: int) -> None:
    sample = doubted()
    given = [say(person, sample, "dog") for person in team[:2]]
    taken = undo_review(by=team[place], review=given[place])
    assert (taken.decides, str(taken.old_label), str(taken.new_label)) == (True, "dog", "cat")
    assert now(sample) == ("accepted", "cat", 1, False, False)
    assert queue_of(team[place]) == {sample}
    assert queue_of(team[1 - place]) == set()
    say(team[2], sample, "dog")
    assert now(sample) == ("corrected", "dog", 2, True, False)
    undo_review(by=team[1 - place], review=given[1 - place])
    assert now(sample) == ("accepted", "cat", 1, False, False)


def test_an_opinion_taken_back_can_end_a_tie_or_leave_a_decision(team: list[User]) -> None:
    sample = doubted(3)
    opinions = [say(person, sample, label) for person, label in zip(team, ("dog", "cat", "", "dog"), strict=False)]
    assert now(sample) == ("accepted", "cat", 4, False, True)
    taken = undo_review(by=team[1], review=opinions[1])
    assert taken.decides
    assert now(sample) == ("corrected", "dog", 3, True, False)
    again = undo_review(by=team[2], review=opinions[2])
    assert again.decides
    assert now(sample) == ("accepted", "cat", 2, False, False)


def test_a_decision_by_more_than_it_needs_outlives_an_opinion(team: list[User]) -> None:
    sample = doubted(3)
    opinions = [say(person, sample, label) for person, label in zip(team, ("dog", "cat", "", "dog", "dog"), strict=True)]
    assert now(sample) == ("corrected", "dog", 5, True, False)
    assert not undo_review(by=team[2], review=opinions[2]).decides
    assert now(sample) == ("corrected", "dog", 4, True, False)


def test_only_who_gave_it_or_a_maintainer_takes_an_opinion_back(team: list[User], mary: User) -> None:
    sample = doubted(3)
    one, other = (say(person, sample, "dog") for person in team[:2])
    with pytest.raises(policy.NotAllowed, match="opinion of another"):
        undo_review(by=team[2], review=one)
    undo_review(by=mary, review=one)
    verdict = say(mary, sample, "cat")
    with pytest.raises(CannotUndo, match="came after"):
        undo_review(by=team[1], review=other)
    undo_review(by=mary, review=verdict)
    undo_review(by=team[1], review=other)
    assert now(sample) == ("accepted", "cat", 0, False, False)
    assert [row.number for row in Review.objects.newest_first()] == [6, 5, 4, 3, 2, 1]


def test_many_at_once_are_many_opinions_and_all_are_taken_back(team: list[User]) -> None:
    samples = [doubted() for _ in range(3)]
    ann, ben, *_ = team
    closed = samples[2]
    say(ann, closed, "dog")

    def judge(by: User) -> Any:
        judged = review_images(by=by, judgements=[Judgement(row.pk, "corrected", "dog", row.seen) for row in samples])
        return judged.together, len(judged.reviews), [why for _, why in judged.refused]

    together, number, refused = judge(ann)
    assert (number, ["already: dog" in why for why in refused]) == (2, [True])
    assert {now(row)[0] for row in samples} == {"accepted"}
    of_ben, number, refused = judge(ben)
    assert (number, refused) == (3, [])
    assert {now(row)[:2] for row in samples} == {("corrected", "dog")}
    with pytest.raises(CannotUndo, match="not yours"):
        undo_reviews(by=ann, together=of_ben)
    assert len(undo_reviews(by=ann, together=together)[0]) == 2
    assert [now(row)[:3] for row in samples] == [("accepted", "cat", 1)] * 2 + [("corrected", "dog", 2)]
    undo_reviews(by=ben, together=of_ben)
    assert [now(row)[:3] for row in samples] == [("accepted", "cat", 0)] * 2 + [("accepted", "cat", 1)]


def test_others_opinions_are_shown_once_one_gave_ones_own(team: list[User], mary: User) -> None:
    sample = doubted(3)
    ann, ben, cas, *_ = team
    one = say(ann, sample, "dog")

    def seen_by(person: User) -> int:
        return shown_to(person, Review.objects.filter(sample=sample)).count()

    taken = undo_review(by=ann, review=one)
    assert taken.one_of == 3
    say(ann, sample, "cat")
    assert [seen_by(person) for person in (ann, ben, mary, sample.image.owner or ben)] == [3, 0, 0, 0]
    say(ben, sample, "dog")
    assert [seen_by(person) for person in (ann, ben, cas)] == [4, 4, 0]
    say(cas, sample, "")
    assert [seen_by(person) for person in (mary, team[3])] == [5, 0]  # a tie
    say(mary, sample, "dog")
    assert seen_by(team[3]) == 6


def test_the_word_of_a_reviewer_on_their_own_picture_is_an_opinion_where_it_can_be(team: list[User]) -> None:
    ann, ben, cas, *_ = team
    answer = make_answer(ann)
    need(2)
    sample = say(ann, Sample(image=answer.image, classifier=answer.classifier), "dog").sample
    assert (sample.word, sample.opinions, sample.state) == ("corrected", 1, "new")
    say(ben, sample, "dog")
    word = say(ann, sample, "bird")
    assert (word.own, word.one_of, word.decides) == (True, None, False)
    assert now(sample) == ("corrected", "dog", 2, True, False)
    assert Sample.objects.get().word_label != sample.label
    assert queue_of(cas) == set()


def test_fewer_opinions_needed_do_not_shut_out_who_gave_theirs(team: list[User]) -> None:
    sample = doubted(3)
    say(team[0], sample, "dog")
    need(1)
    assert queue_of(team[0]) == {sample}
    assert say(team[0], sample, "cat").decides
    assert now(sample)[3]


def test_more_opinions_needed_leave_what_was_decided(team: list[User], mary: User) -> None:
    sample = doubted(2)
    for person in team[:2]:
        say(person, sample, "dog")
    need(5)
    verdict = say(mary, sample, "cat")
    undo_review(by=mary, review=verdict)
    assert now(sample) == ("corrected", "dog", 2, True, False)


def test_an_import_between_two_opinions_is_what_an_undone_decision_falls_back_to(team: list[User], mary: User) -> None:
    answer = make_answer(mary)
    word = {"word": "corrected", "word_label": answer.classifier.labels.get(name="dog")}
    sample = Sample.objects.create(image=answer.image, classifier=answer.classifier, **word)
    submission = submission_of(picture(), source="import")
    assert isinstance(submission, Submission)
    Image.objects.filter(pk=answer.image_id).update(sha256=submission.sha256)
    need(2)
    say(team[0], sample, "dog")
    import_samples(by=mary, classifier=sample.classifier, pictures=[Labelled("a.png", "cat", submission)])
    assert now(sample)[:3] == ("accepted", "cat", 1)
    last = say(team[1], sample, "dog")
    assert now(sample)[:2] == ("corrected", "dog")
    undo_review(by=team[1], review=last)
    assert now(sample) == ("accepted", "cat", 1, False, False)
