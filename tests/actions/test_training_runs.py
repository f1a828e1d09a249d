"""A run is queued, claimed, recorded, left and ended; whoever lost it writes nothing any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from classifier import dispatch, policy
from classifier.actions.cancel_training import CannotCancel, cancel_training
from classifier.actions.claim_training import claim_training
from classifier.actions.fail_training import fail_training
from classifier.actions.finish_training import finish_training
from classifier.actions.leave_training import leave_training
from classifier.actions.record_training import LOG_KEPT, Progress, record_training
from classifier.actions.request_training import BadRecipe, CannotTrain, request_training
from classifier.ml.handover import BadCard
from classifier.models import Classifier, ModelVersion, RunStatus, TrainingRun, User
from tests.factories import make_classifier
from tests.measured import damage, make_maintainer, make_whole_version
from tests.training import fill, make_own_classifier, make_run

pytestmark = pytest.mark.django_db
HALFWAY = Progress(progress=0.5, epoch=1, epochs=2, history=[{"loss": 1.0}], log="x" * LOG_KEPT + "epoch 1 of 2")


@pytest.fixture
def shapes(owner: User) -> Classifier:
    return make_own_classifier(owner)


def lapse(run: TrainingRun) -> None:
    TrainingRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def claimed(worker: str = "one") -> TrainingRun:
    run = claim_training(worker=worker)
    assert run
    return run


def status_of(run: TrainingRun) -> str:
    return TrainingRun.objects.get(pk=run.pk).status


def test_asking_queues_one_run_from_the_live_version_and_asking_again_finds_it(
    shapes: Classifier, owner: User, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    fill(shapes)
    woken: list[bool] = []
    monkeypatch.setattr(dispatch, "_wake_trainers", lambda: woken.append(True))
    doodle = make_whole_version(live=True)
    with django_capture_on_commit_callbacks(execute=True):
        run, queued = request_training(by=owner, classifier=shapes)
    assert (queued, run.status, run.recipe, run.start_from, woken) == (True, "queued", "people", doodle, [True])
    assert request_training(by=make_maintainer(), classifier=shapes) == (run, False)
    cancel_training(by=owner, run=run)
    other, queued = request_training(by=owner, classifier=shapes, from_nothing=True)
    assert (queued, other.start_from) == (True, None)


def test_the_database_itself_keeps_a_second_active_run_out(
    shapes: Classifier, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shapes)
    first = make_run(shapes)
    found = iter([None, first])  # nobody had asked when it looked
    monkeypatch.setattr("classifier.actions.request_training._active", lambda _: next(found))
    assert request_training(by=owner, classifier=shapes) == (first, False)
    assert TrainingRun.objects.count() == 1


def test_too_few_pictures_are_refused_with_their_numbers(shapes: Classifier, owner: User) -> None:
    fill(shapes, each=4)
    with pytest.raises(CannotTrain, match=r"needs 10 accepted pictures: circle has 4, line has 4, square has 4\. Add some"):
        request_training(by=owner, classifier=shapes)
    many = make_own_classifier(owner, "many", tuple(f"thing {number}" for number in range(9)))
    with pytest.raises(CannotTrain, match="and 4 more labels have too few"):
        request_training(by=owner, classifier=many)


def test_a_built_in_classifier_needs_the_data_that_it_came_from_or_pictures_of_all(settings: Settings, tmp_path: Path) -> None:
    doodle = make_whole_version(live=True).classifier
    mary = make_maintainer()
    with pytest.raises(CannotTrain, match="DOODLE_TRAINING_DATA"):
        request_training(by=mary, classifier=doodle)
    settings.DOODLE_TRAINING_DATA = str(tmp_path)
    (tmp_path / "quickdraw" / "simplified").mkdir(parents=True)
    assert request_training(by=mary, classifier=doodle)[1]


@pytest.mark.parametrize("recipe", ["doodle", "people-photos", "no such", "\0"])
def test_a_recipe_that_does_not_suit_is_refused(shapes: Classifier, owner: User, recipe: str) -> None:
    with pytest.raises(BadRecipe, match="Choose people, or leave it out"):
        request_training(by=owner, classifier=shapes, recipe=recipe)


def test_only_maintainers_and_whoever_made_it_may(shapes: Classifier, stranger: User, owner: User) -> None:
    with pytest.raises(policy.MaintainersOnly):
        request_training(by=stranger, classifier=shapes)
    with pytest.raises(policy.MaintainersOnly):
        request_training(by=owner, classifier=make_classifier())
    run = make_run(shapes)
    with pytest.raises(TrainingRun.DoesNotExist):
        cancel_training(by=stranger, run=run)
    assert cancel_training(by=make_maintainer("mary"), run=run).reason == "mary cancelled it."


def test_the_oldest_is_claimed_once(shapes: Classifier) -> None:
    first, second = make_run(shapes), make_run(make_classifier())
    assert [claimed(), claimed()] == [first, second]
    assert claim_training(worker="two") is None
    run = TrainingRun.objects.get(pk=first.pk)
    assert (run.status, run.attempt, run.worker) == ("running", 1, "one")
    assert run.started_at


def test_progress_is_recorded_and_keeps_the_lease(shapes: Classifier) -> None:
    make_run(shapes)
    run = claimed()
    lapse(run)
    assert record_training(run=run, progress=HALFWAY)
    assert claim_training(worker="two") is None
    now = TrainingRun.objects.get(pk=run.pk)
    assert (now.progress, now.epoch, now.epochs, now.history) == (0.5, 1, 2, [{"loss": 1.0}])
    assert now.log.endswith("epoch 1 of 2")
    assert len(now.log) == LOG_KEPT


def test_whoever_lost_a_run_writes_nothing_any_more(shapes: Classifier) -> None:
    make_run(shapes)
    before = claimed("one")
    lapse(before)
    after = claimed("two")
    assert (after, after.attempt) == (before, 2)
    assert not record_training(run=before, progress=HALFWAY)
    assert not fail_training(run=before, reason="Mine.")
    assert not leave_training(run=before, crashed=True)
    assert finish_training(run=before, artifact=make_whole_version().artifact) is None
    now = TrainingRun.objects.get(pk=after.pk)
    assert (now.status, now.attempt, now.progress, now.worker) == ("running", 2, 0, "two")
    assert record_training(run=after)


def test_three_crashes_end_a_run_whatever_way_they_are_noticed(shapes: Classifier) -> None:
    run = make_run(shapes)
    lapse(claimed())
    assert leave_training(run=claimed(), crashed=True)
    assert status_of(run) == RunStatus.QUEUED
    lapse(claimed())
    assert claim_training(worker="four") is None
    ended = TrainingRun.objects.get(pk=run.pk)
    assert (ended.status, ended.crashes) == ("failed", 3)
    assert "Three trainers" in ended.reason
    assert ended.finished_at


def test_a_trainer_that_goes_away_in_order_does_not_count(shapes: Classifier) -> None:
    run = make_run(shapes)
    for _ in range(5):
        assert leave_training(run=claimed(), crashed=False)
    assert (claimed().attempt, status_of(run)) == (6, "running")


def test_a_cancelled_run_is_noticed_by_its_trainer_and_stays_cancelled(shapes: Classifier, owner: User) -> None:
    make_run(shapes)
    run = claimed()
    cancel_training(by=owner, run=run)
    assert not record_training(run=run, progress=HALFWAY)
    assert finish_training(run=run, artifact=make_whole_version().artifact) is None
    assert cancel_training(by=owner, run=run).status == RunStatus.CANCELLED
    assert ModelVersion.objects.count() == 1


def test_what_is_over_cannot_be_cancelled(shapes: Classifier, owner: User) -> None:
    make_run(shapes)
    run = claimed()
    fail_training(run=run, reason="The data is damaged.")
    with pytest.raises(CannotCancel, match="failed already"):
        cancel_training(by=owner, run=run)


def test_a_finished_run_leaves_a_candidate_with_a_copy_of_the_artifact(shapes: Classifier) -> None:
    trained = make_whole_version()
    make_run(shapes)
    run = claimed()
    version = finish_training(run=run, artifact=trained.artifact)
    assert version
    assert (version.stage, version.number, version.bundled, version.classifier) == ("candidate", 1, False, shapes)
    version.check_files()
    assert version.artifact != trained.artifact
    ended = TrainingRun.objects.get(pk=run.pk)
    assert (ended.status, ended.progress, ended.model_version, ended.reason) == ("succeeded", 1, version, "")


def test_a_damaged_artifact_becomes_no_version(shapes: Classifier) -> None:
    trained = make_whole_version()
    damage(trained)
    make_run(shapes)
    run = claimed()
    with pytest.raises(BadCard):
        finish_training(run=run, artifact=trained.artifact)
    assert status_of(run) == RunStatus.RUNNING
    assert not shapes.versions.exists()
