"""Labels that are added, renamed and merged, and what was said by them before."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifier.actions.add_label import add_label
from classifier.actions.add_sample import UnknownLabel, add_sample
from classifier.actions.ask_history_again import ask_history_again
from classifier.actions.merge_labels import merge_labels
from classifier.actions.rename_label import rename_label
from classifier.actions.review_image import review_image
from classifier.actions.undo_review import undo_review
from classifier.models import Classifier, Label, LabelChange, ModelVersion, Prediction, Sample, User
from classifier.models.dataset_health import health_of
from classifier.models.labels import BadLabel
from classifier.models.reviewers import figures
from classifier.models.selections import Selection
from classifier.models.training import TrainingBase, with_too_few
from classifier.policy import MaintainersOnly
from classifier.sources import canvas
from tests.factories import HOUSE, make_answer, make_labels, make_reviewer, make_sample, make_user
from tests.measured import make_candidate, make_maintainer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def animals(db: None) -> Classifier:
    return make_labels("cat", "dog", "bird")


def names(classifier: Classifier) -> list[str]:
    return list(classifier.labels.values_list("name", flat=True))


def merge(by: User, classifier: Classifier, name: str, into: str) -> LabelChange:
    return merge_labels(by=by, classifier=classifier, name=name, into=into)


def rename(by: User, classifier: Classifier, name: str, to: str) -> LabelChange:
    return rename_label(by=by, classifier=classifier, name=name, to=to)


def test_a_label_is_added_at_the_end_and_who_did_it_is_on_record(mary: User, animals: Classifier) -> None:
    change = add_label(by=mary, classifier=animals, name=" tiger ")
    assert names(animals) == ["cat", "dog", "bird", "tiger"]
    assert (change.kind, change.old, change.new, change.by) == ("added", "", "tiger", mary)
    assert animals.label_changes.get() == change


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "1 to 100 characters"),
        ("x" * 101, "1 to 100 characters"),
        ("CAT", "a label 'cat' already"),
        ("..", "cannot be a label"),
        ("big\ncat", "on one line"),
        ("dogs/merge", "none may end in"),
    ],
)
def test_what_cannot_be_a_label_is_refused_alike_for_a_new_one_and_a_new_name(
    mary: User, animals: Classifier, name: str, words: str
) -> None:
    with pytest.raises(BadLabel, match=words) as added:
        add_label(by=mary, classifier=animals, name=name)
    with pytest.raises(BadLabel, match=words):
        rename(mary, animals, "dog", name)
    assert added.value.field == "name"
    assert names(animals) == ["cat", "dog", "bird"]
    assert not LabelChange.objects.exists()


def test_of_a_thousand_labels_none_is_added(mary: User, animals: Classifier) -> None:
    Label.objects.bulk_create(Label(classifier=animals, name=f"thing {at}", position=at) for at in range(3, 1000))
    with pytest.raises(BadLabel, match=r"1,000 labels; these are 1,001"):
        add_label(by=mary, classifier=animals, name="tiger")


def test_a_renamed_label_keeps_its_place_its_samples_and_its_reviews(mary: User, animals: Classifier) -> None:
    sample = make_sample("cat")
    review = review_image(by=make_reviewer(), image=sample.image, classifier=animals, verdict="confirmed")
    rename(mary, animals, "cat", "kitten")
    assert names(animals) == ["kitten", "dog", "bird"]
    assert Sample.objects.to_train_on(animals).counted() == {"kitten": 1}
    review.refresh_from_db()
    assert str(review.label) == "kitten"


def test_a_name_goes_on_to_mean_the_label_that_had_it(mary: User, animals: Classifier) -> None:
    rename(mary, animals, "cat", "kitten")
    with pytest.raises(BadLabel, match=r"'cat' was a name of 'kitten'.*Choose another name"):
        add_label(by=mary, classifier=animals, name="Cat")
    with pytest.raises(BadLabel, match="was a name of 'kitten'"):
        rename(mary, animals, "dog", "cat")
    with pytest.raises(UnknownLabel, match="It is called 'kitten' now"):
        add_sample(by=mary, classifier=animals, submission=canvas.from_strokes(HOUSE), label="cat")
    assert animals.words() == {"cat": "kitten"}
    rename(mary, animals, "kitten", "cat")
    assert (names(animals), animals.words()) == (["cat", "dog", "bird"], {"kitten": "cat"})


def test_only_the_capitals_of_a_name_may_change_too(mary: User, animals: Classifier) -> None:
    rename(mary, animals, "cat", "Cat")
    assert (names(animals), animals.words()) == (["Cat", "dog", "bird"], {"cat": "Cat"})
    with pytest.raises(BadLabel, match="called 'Cat' already"):
        rename(mary, animals, "Cat", "Cat")


def test_merged_labels_are_one_and_the_reviews_stay_as_they_were_given(mary: User, animals: Classifier) -> None:
    accepted, owner = make_sample("cat"), make_user()
    own = make_answer(owner, label="bird")
    word = review_image(by=owner, image=own.image, classifier=animals, verdict="corrected", label="cat")
    change = merge(mary, animals, "cat", "dog")
    assert (change.kind, change.old, change.new, change.samples) == ("merged", "cat", "dog", 2)
    assert names(animals)[:2] == ["dog", "bird"]
    accepted.refresh_from_db()
    word.refresh_from_db()
    assert (str(accepted.label), str(word.sample.word_label), str(word.label)) == ("dog", "dog", "cat")
    assert animals.words() == {"cat": "dog"}
    add_label(by=mary, classifier=animals, name="tiger")
    assert names(animals)[-1] == "tiger"


def test_what_became_of_a_label_becomes_what_that_became(mary: User, animals: Classifier) -> None:
    make_labels("fish")
    rename(mary, animals, "cat", "kitten")
    merge(mary, animals, "kitten", "dog")
    merge(mary, animals, "dog", "bird")
    rename(mary, animals, "bird", "animal")
    assert animals.words() == {"cat": "animal", "kitten": "animal", "dog": "animal", "bird": "animal"}


@pytest.mark.parametrize(
    ("into", "words"), [("cat", "merged into itself"), ("cow", "has no label 'cow'"), ("pet", "It is called 'dog' now")]
)
def test_a_merge_that_cannot_be_is_refused(mary: User, animals: Classifier, into: str, words: str) -> None:
    rename(mary, animals, "dog", "pet")
    rename(mary, animals, "pet", "dog")
    with pytest.raises(BadLabel, match=words) as refused:
        merge(mary, animals, "cat", into)
    assert refused.value.field == "into"
    with pytest.raises(Label.DoesNotExist):
        merge(mary, animals, "pet", "cat")


def test_two_labels_at_least_are_left(mary: User, animals: Classifier) -> None:
    merge(mary, animals, "cat", "dog")
    with pytest.raises(BadLabel, match="needs 2 labels at least"):
        merge(mary, animals, "dog", "bird")


def test_others_may_not_but_whoever_made_the_classifier(animals: Classifier, owner: User) -> None:
    with pytest.raises(MaintainersOnly):
        add_label(by=owner, classifier=animals, name="tiger")
    for change in (rename, merge):
        with pytest.raises(MaintainersOnly):
            change(owner, animals, "cat", "dog")
    Classifier.objects.update(made_by=owner)
    add_label(by=owner, classifier=Classifier.objects.get(), name="tiger")
    assert names(animals)[-1] == "tiger"


def test_taking_back_what_was_said_before_a_merge_restores_it_in_todays_words(mary: User, animals: Classifier) -> None:
    sample, rita = make_sample("cat"), make_reviewer()
    review = review_image(by=rita, image=sample.image, classifier=animals, verdict="corrected", label="bird")
    merge(mary, animals, "cat", "dog")
    undo_review(by=rita, review=review)
    sample.refresh_from_db()
    assert (sample.state, str(sample.label)) == ("accepted", "dog")


def test_doubts_about_labels_that_are_one_now_are_for_the_network_anew(mary: User, animals: Classifier) -> None:
    between, elsewhere, moved = make_sample("dog", "cat"), make_sample("bird", "cat"), make_sample("cat", "bird")
    merge(mary, animals, "cat", "dog")
    for sample in (between, elsewhere, moved):
        sample.refresh_from_db()
    assert (between.is_scored, moved.is_scored, elsewhere.is_scored) == (False, False, True)
    assert elsewhere.doubt == "labelled bird; the model says dog 0.93, bird 0.01"


def test_old_answers_keep_their_words_and_are_found_and_confirmed_by_those_of_today(
    mary: User, owner: User, animals: Classifier
) -> None:
    answer = make_answer(owner, label="cat")
    rename(mary, animals, "cat", "kitten")
    for by in (owner, make_reviewer()):
        said = review_image(by=by, image=answer.image, classifier=animals, verdict="confirmed", label="cat")
        assert str(said.label) == "kitten"
    by_new_name = {"verdict": "confirmed", "label": "kitten"}
    assert str(review_image(by=make_reviewer(), image=answer.image, classifier=animals, **by_new_name).label) == "kitten"
    found = Prediction.objects.visible_to(owner).with_image()
    assert [(row.label, row.corrected_label) for row in found] == [("cat", None)]
    assert [list(found.called(name)) for name in ("kitten", "cat", "dog")] == [[answer], [answer], []]
    assert [sample.image for sample in Selection(classifier="doodle", state="all", predicted="kitten").samples(mary)] == [
        answer.image
    ]
    merge(mary, animals, "kitten", "dog")
    assert found.get().corrected_label is None


def test_an_answer_in_old_words_is_not_offered_again_and_can_be_asked_for_anew(
    mary: User, owner: User, animals: Classifier
) -> None:
    live = make_candidate()
    ModelVersion.objects.update(stage="live")
    answer = make_answer(owner, label="cat", model_version=live, finished_at=live.created_at)
    assert list(Prediction.objects.standing_answers(answer.image.sha256)) == [answer]
    assert not ask_history_again(by=owner, classifier=animals)
    add_label(by=mary, classifier=animals, name="tiger")
    assert list(Prediction.objects.standing_answers(answer.image.sha256)) == [answer]
    rename(mary, animals, "cat", "kitten")
    assert not Prediction.objects.standing_answers(answer.image.sha256)
    assert ask_history_again(by=owner, classifier=animals)


def test_the_health_of_a_set_is_told_in_todays_words(mary: User, animals: Classifier) -> None:
    rita = make_reviewer()
    for label in ("dog", "bird"):
        sample = make_sample("cat")
        review_image(by=rita, image=sample.image, classifier=animals, verdict="corrected", label=label)
    live = make_candidate()
    ModelVersion.objects.update(stage="live")
    make_answer(label="cat", model_version=live)
    merge(mary, animals, "cat", "dog")
    health = health_of(animals)
    assert (health.overlap.corrections, health.overlap.pairs[0][:2]) == (1, ("bird", "dog"))
    assert {shift.label for shift in health.drift.shifts} == {"dog", "bird"}


def test_a_base_knows_its_classes_by_whatever_name_and_nothing_of_new_ones() -> None:
    base = TrainingBase("quickdraw", Path(), {"cat": "kitten", "dog": "dog"})
    assert with_too_few([("kitten", 0), ("dog", 3), ("tiger", 3), ("lion", 10)], base) == [("tiger", 3)]
    assert with_too_few([("kitten", 0), ("lion", 10)], None) == [("kitten", 0)]


def test_reviewers_who_called_merged_labels_by_either_name_agree(mary: User, animals: Classifier) -> None:
    sample, first, second = make_sample("bird"), make_reviewer("rita"), make_reviewer("rob")
    review_image(by=first, image=sample.image, classifier=animals, verdict="corrected", label="cat")
    merge(mary, animals, "cat", "dog")
    review_image(by=second, image=sample.image, classifier=animals, verdict="confirmed")
    assert [(one.name, one.second_looks, one.agreed) for one in figures() if one.second_looks] == [("rita", 1, 1)]
