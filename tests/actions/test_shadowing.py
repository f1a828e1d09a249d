"""A candidate that answers unseen: who may let it, for how long, and what is kept of it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from classifier import policy
from classifier.actions.delete_image import delete_image
from classifier.actions.merge_labels import merge_labels
from classifier.actions.promote_version import promote_version
from classifier.actions.record_shadow import record_shadow
from classifier.actions.rename_label import rename_label
from classifier.actions.shadow_version import CannotShadow, shadow_version, unshadow_version
from classifier.models import Guess, Image, ModelVersion, ShadowAnswer, User
from classifier.models.shadows import ShadowReport
from tests.factories import make_classifier
from tests.measured import damage, make_maintainer, make_whole_version
from tests.shadowing import answered_now, make_shadow_answer

pytestmark = pytest.mark.django_db
DOG = Guess("dog", 0.7)


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def live(db: None) -> ModelVersion:
    return make_whole_version(live=True)


@pytest.fixture
def candidate(live: ModelVersion) -> ModelVersion:
    return make_whole_version(b"newer")


@pytest.fixture
def shadow(mary: User, candidate: ModelVersion) -> ModelVersion:
    return shadow_version(by=mary, version=candidate)


def shadows() -> list[ModelVersion]:
    return list(ModelVersion.objects.shadowing())


def test_a_candidate_shadows_until_it_is_stopped(mary: User, shadow: ModelVersion) -> None:
    assert shadow_version(by=mary, version=shadow).shadows_since == shadow.shadows_since
    assert shadows() == [shadow]
    for _ in range(2):
        assert unshadow_version(by=mary, version=shadow).shadows_since is None
    assert shadows() == []


def test_only_those_who_may_train_it_decide(owner: User, mary: User, candidate: ModelVersion) -> None:
    for action in (shadow_version, unshadow_version):
        with pytest.raises(policy.MaintainersOnly):
            action(by=owner, version=candidate)
    classifier = candidate.classifier
    classifier.made_by = owner
    classifier.save()
    assert shadow_version(by=owner, version=candidate).shadows_since


def test_what_cannot_shadow_is_refused_with_what_would_help(mary: User, shadow: ModelVersion, live: ModelVersion) -> None:
    third = make_whole_version(b"third")
    with pytest.raises(CannotShadow, match="doodle 2 answers unseen already"):
        shadow_version(by=mary, version=third)
    with pytest.raises(CannotShadow, match="doodle 1 is live: only a candidate"):
        shadow_version(by=mary, version=live)
    unshadow_version(by=mary, version=shadow)
    damage(third)
    with pytest.raises(CannotShadow, match="files of doodle 3 are damaged"):
        shadow_version(by=mary, version=third)


def test_without_a_live_version_there_is_nothing_to_compare_with(mary: User) -> None:
    with pytest.raises(CannotShadow, match="Nothing answers for doodle yet"):
        shadow_version(by=mary, version=make_whole_version())


def test_the_database_holds_to_one_whole_candidate(shadow: ModelVersion, live: ModelVersion) -> None:
    other = make_whole_version(b"third")
    for version in (other, live):
        with pytest.raises(IntegrityError), transaction.atomic():
            ModelVersion.objects.filter(pk=version.pk).update(shadows_since=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(pk=shadow.pk).update(damage="Broken.")


def test_a_promotion_ends_it_whoever_is_promoted(mary: User, shadow: ModelVersion) -> None:
    assert promote_version(by=mary, version=shadow, note="It is better.").shadows_since is None
    assert shadows() == []
    next_one, other = make_whole_version(b"third"), make_whole_version(b"fourth")
    shadow_version(by=mary, version=next_one)
    promote_version(by=mary, version=other, note="This one rather.")
    assert shadows() == []


def test_damage_ends_it(mary: User, shadow: ModelVersion) -> None:
    ModelVersion.objects.note_damage(shadow, "It is gone.")
    assert shadows() == []
    assert shadow_version(by=mary, version=shadow).damage == ""  # whole again, as its files show


def test_what_it_answered_is_kept_once_with_whether_it_differs(live: ModelVersion, shadow: ModelVersion) -> None:
    cat, dog = answered_now(live), answered_now(live, label="dog")
    guesses = {cat.pk: DOG, dog.pk: DOG}
    assert record_shadow(version=shadow, guesses=guesses, live_ms=4.0, shadow_ms=8.0) == 2
    assert record_shadow(version=shadow, guesses=guesses) == 0
    kept = {answer.prediction_id: answer for answer in ShadowAnswer.objects.all()}
    assert (kept[cat.pk].differs, kept[dog.pk].differs) == (True, False)
    assert (kept[cat.pk].label, kept[cat.pk].shadow_ms) == ("dog", 8.0)


def test_what_means_the_same_since_differs_no_more(live: ModelVersion, shadow: ModelVersion, mary: User) -> None:
    for answered, said in (("cat", "dog"), ("bird", "dog"), ("house", "bird")):
        make_shadow_answer(answered_now(live, label=answered), shadow, label=said)
    merge_labels(by=mary, classifier=live.classifier, name="cat", into="dog")
    rename_label(by=mary, classifier=live.classifier, name="house", to="home")
    report = ShadowReport.of(shadow, Image.objects.all())
    assert report.pairs == [("bird", "dog", 1), ("home", "bird", 1)]
    assert (report.asked, report.differing, len(report.pictures)) == (3, 2, 2)
    merge_labels(by=mary, classifier=live.classifier, name="bird", into="dog")
    assert ShadowReport.of(shadow, Image.objects.all()).pairs == [("home", "dog", 1)]


def test_what_was_promoted_or_deleted_meanwhile_leaves_nothing(live: ModelVersion, shadow: ModelVersion, mary: User) -> None:
    kept, gone = answered_now(live, owner=mary), answered_now(live, owner=mary)
    delete_image(by=mary, image=gone.image)
    assert record_shadow(version=shadow, guesses={kept.pk: DOG, gone.pk: DOG}) == 1
    delete_image(by=mary, image=kept.image)
    assert not ShadowAnswer.objects.exists()
    late = answered_now(live)
    unshadow_version(by=mary, version=shadow)
    assert record_shadow(version=shadow, guesses={late.pk: DOG}) == 0


def test_begun_anew_it_forgets_what_it_answered(live: ModelVersion, shadow: ModelVersion, mary: User) -> None:
    make_shadow_answer(answered_now(live), shadow)
    unshadow_version(by=mary, version=shadow)
    assert ShadowAnswer.objects.count() == 1
    shadow_version(by=mary, version=shadow)
    assert not ShadowAnswer.objects.exists()


def test_another_classifiers_candidate_shadows_beside_it(mary: User, shadow: ModelVersion) -> None:
    make_classifier("photo", "photo")
    ModelVersion.objects.create(
        classifier=make_classifier("photo"), number=1, card={}, card_sha256="0" * 64, shadows_since=timezone.now()
    )
    assert len(shadows()) == 2
