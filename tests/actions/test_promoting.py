from __future__ import annotations

import json

import pytest

from classifier.actions.promote_version import BadNote, DamagedVersion, GateClosed, promote_version
from classifier.actions.roll_back import CannotRollBack, roll_back
from classifier.models import Classifier, ModelVersion, Promotion, User
from classifier.models.measurements import outstanding
from classifier.models.versions import Stage
from classifier.policy import MaintainersOnly
from tests.factories import make_user
from tests.measured import damage, make_candidate, make_maintainer, make_whole_version, measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def live(db: None) -> ModelVersion:
    """Came with the project."""
    return make_whole_version(live=True)


def now_live(classifier: Classifier) -> ModelVersion | None:
    return ModelVersion.objects.live_for(classifier)


def stage_of(version: ModelVersion) -> str:
    return ModelVersion.objects.get(pk=version.pk).stage


def test_a_better_version_takes_the_place_and_that_is_remembered(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    measure(live, candidate, 0.7)
    promote_version(by=mary, version=candidate)
    assert (stage_of(candidate), stage_of(live)) == (Stage.LIVE, Stage.RETIRED)
    event = Promotion.objects.of(live.classifier)[0]
    assert (event.version, event.replaced, event.by, event.note, event.rolls_back) == (candidate, live, mary, "", False)
    gate = json.loads(json.dumps(event.gate))
    assert (gate["verdict"], gate["passed"], gate["pictures"], gate["difference"]["value"]) == ("better", True, 400, 0.2)


def test_promoting_again_changes_nothing(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    measure(live, candidate, 0.9)
    for _ in range(2):
        promote_version(by=mary, version=candidate)
    assert Promotion.objects.of(live.classifier).count() == 2  # that of the bundled one, and this
    assert now_live(live.classifier) == candidate


def test_a_worse_version_is_refused_unless_a_note_says_why(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.6)
    measure(live, candidate, 0.8)
    with pytest.raises(GateClosed, match=r"It is worse: -20\.0 points .*note") as refused:
        promote_version(by=mary, version=candidate)
    assert refused.value.comparison
    assert now_live(live.classifier) == live
    promote_version(by=mary, version=candidate, note=" It knows the new pens. ")
    event = Promotion.objects.of(live.classifier)[0]
    assert event.note == "It knows the new pens."
    assert event.gate
    assert event.gate["passed"] is False


def test_of_few_pictures_it_cannot_be_told(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.95, pictures=150)
    measure(live, candidate, 0.5, pictures=150)
    with pytest.raises(GateClosed, match="150 test pictures; under 200"):
        promote_version(by=mary, version=candidate)


def test_before_both_are_measured_nothing_can_be_told(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    assert [one.version for one in outstanding()] == [live]
    with pytest.raises(GateClosed, match="doodle 1 is still to be measured"):
        promote_version(by=mary, version=candidate)
    measured = measure(live, candidate, 0.9)
    assert list(outstanding()) == []
    measured.file.write_bytes(b"PK")
    with pytest.raises(GateClosed, match="cannot be read"):
        promote_version(by=mary, version=candidate)
    promote_version(by=mary, version=candidate, note="Looked at by hand.")
    assert Promotion.objects.of(live.classifier)[0].gate is None


def test_two_that_came_with_the_project_are_not_compared(mary: User, live: ModelVersion) -> None:
    newer = make_whole_version(b"newer")
    assert list(outstanding()) == []
    with pytest.raises(GateClosed, match="Neither version was trained here"):
        promote_version(by=mary, version=newer)


def test_the_first_version_of_a_classifier_needs_no_gate(mary: User) -> None:
    first = make_candidate(0.5, pictures=10)
    promote_version(by=mary, version=first)
    assert now_live(first.classifier) == first


def test_rolling_back_goes_back_step_by_step(mary: User, live: ModelVersion) -> None:
    second, third = make_candidate(0.9, seed=2), make_candidate(0.9, seed=3)
    for version in (second, third):
        promote_version(by=mary, version=version, note="A test.")
    assert roll_back(by=mary, version=third) == second
    assert (stage_of(third), stage_of(second)) == (Stage.RETIRED, Stage.LIVE)
    event = Promotion.objects.of(live.classifier)[0]
    assert (event.rolls_back, event.by, event.replaced) == (True, mary, third)
    assert roll_back(by=mary, version=second) == live
    with pytest.raises(CannotRollBack, match="first version"):
        roll_back(by=mary, version=live)


def test_a_second_click_does_not_go_back_twice(mary: User, live: ModelVersion) -> None:
    second = make_candidate(0.9)
    promote_version(by=mary, version=second, note="A test.")
    roll_back(by=mary, version=second)
    with pytest.raises(CannotRollBack, match="not the live version any more"):
        roll_back(by=mary, version=second)
    assert now_live(live.classifier) == live


def test_what_was_live_once_comes_back_without_a_gate(mary: User, live: ModelVersion) -> None:
    second = make_candidate(0.9)
    promote_version(by=mary, version=second, note="A test.")
    roll_back(by=mary, version=second)
    promote_version(by=mary, version=second)
    assert now_live(live.classifier) == second


def test_damaged_files_cannot_go_live(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    damage(candidate)
    with pytest.raises(DamagedVersion, match="doodle 2 are damaged"):
        promote_version(by=mary, version=candidate, note="All the same.")
    whole = make_candidate(0.9)
    promote_version(by=mary, version=whole, note="A test.")
    (live.artifact / "card.json").write_text(json.dumps({**live.card, "title": "Another"}))
    with pytest.raises(CannotRollBack, match="damaged"):
        roll_back(by=mary, version=whole)
    assert now_live(live.classifier) == whole


def test_maintainers_promote_and_whoever_made_the_classifier(live: ModelVersion, owner: User) -> None:
    candidate = make_candidate(0.9)
    for person in (owner, make_user()):
        with pytest.raises(MaintainersOnly):
            promote_version(by=person, version=candidate, note="Mine.")
        with pytest.raises(MaintainersOnly):
            roll_back(by=person, version=live)
    Classifier.objects.filter(pk=live.classifier_id).update(made_by=owner)
    promote_version(by=owner, version=candidate, note="Mine.")
    assert now_live(live.classifier) == candidate


@pytest.mark.parametrize("note", ["x" * 501, "a\0b"])
def test_a_note_that_cannot_be_kept_is_refused(mary: User, live: ModelVersion, note: str) -> None:
    with pytest.raises(BadNote, match="500 characters"):
        promote_version(by=mary, version=make_candidate(0.9), note=note)
