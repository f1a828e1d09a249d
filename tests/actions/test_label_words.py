"""Versions never change: what they answered, and are measured by, is read in the words of today."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from classifier.actions.add_label import add_label
from classifier.actions.freeze_training_set import freeze_training_set
from classifier.actions.merge_labels import merge_labels
from classifier.actions.promote_version import promote_version
from classifier.actions.rename_label import rename_label
from classifier.actions.request_training import CannotTrain, request_training
from classifier.ml.handover import Manifest
from classifier.models import Classifier, Label, ModelVersion, Sample, User
from classifier.models.measurements import answers_of, compared, compared_by_class
from classifier.models.selections import Selection
from classifier.models.training import training_base
from classifier.tasks import scoring
from tests.factories import make_image, make_labels, make_sample
from tests.measured import LABELS, make_candidate, make_maintainer, make_whole_version, measure
from tests.training import fill, make_own_classifier, make_run
from tests.training import make_sample as make_drawing

pytestmark = pytest.mark.django_db


@pytest.fixture
def mary(db: None) -> User:
    return make_maintainer("mary")


@pytest.fixture
def live(db: None) -> ModelVersion:
    return make_whole_version(live=True)


def test_a_rename_changes_nothing_of_what_the_gate_says(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    measure(live, candidate, 0.8)
    before = compared(candidate, live)
    rename_label(by=mary, classifier=live.classifier, name="cat", to="kitten")
    assert compared(candidate, live) == before
    assert [row.label for row in compared_by_class(candidate, live)] == ["kitten", "dog", "bird", "house"]
    assert promote_version(by=mary, version=candidate).stage == "live"


def test_after_a_merge_the_old_test_set_measures_both_in_the_words_of_today(mary: User, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    measure(live, candidate, 0.6)
    merge_labels(by=mary, classifier=live.classifier, name="cat", into="dog")
    found = compared(candidate, live)
    assert found.after.value > 0.9  # a cat that was taken for a dog is right now
    assert answers_of(candidate).class_names == ("dog", "bird", "house")
    assert {row.label: row.pictures for row in compared_by_class(candidate, live)} == {"dog": 200, "bird": 100, "house": 100}
    assert promote_version(by=mary, version=candidate).stage == "live"


def test_a_cell_of_a_versions_table_finds_its_pictures_by_todays_names(mary: User, live: ModelVersion) -> None:
    image = make_image()
    make_sample("cat", image=image)
    candidate = make_candidate(1.0, images=(str(image.pk),))
    rename_label(by=mary, classifier=live.classifier, name="cat", to="kitten")
    chosen = {"state": "all", "classifier": "doodle", "version": str(candidate.pk)}
    assert [row.image_id for row in Selection(**chosen, label="kitten", predicted="kitten").samples(mary)] == [image.pk]
    assert not Selection(**chosen, label="cat").samples(mary)


def test_a_label_that_the_live_version_does_not_know_waits(mary: User, live: ModelVersion) -> None:
    doodle = live.classifier
    assert ModelVersion.objects.waiting_labels(doodle) == []
    add_label(by=mary, classifier=doodle, name="tiger")
    rename_label(by=mary, classifier=doodle, name="cat", to="kitten")
    merge_labels(by=mary, classifier=doodle, name="dog", into="kitten")
    assert live.says == ("kitten", "bird", "house")
    assert ModelVersion.objects.waiting_labels(doodle) == ["tiger"]
    assert ModelVersion.objects.waiting_labels(make_own_classifier(mary)) == []


def test_labels_are_doubted_by_an_older_version_in_the_words_of_today(
    mary: User, live: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample, new = make_sample("cat"), make_sample("tiger")
    merge_labels(by=mary, classifier=live.classifier, name="cat", into="dog")
    monkeypatch.setattr(scoring, "_asked", lambda version, found: np.array([[0.1, 0.1, 0.7, 0.1]] * len(found), np.float32))
    assert scoring.score_samples("doodle") == 1
    sample.refresh_from_db()
    assert (str(sample.suspected), str(sample.suggestion)) == ("dog", "bird")
    assert sample.suspected_probability == pytest.approx(0.2)
    assert Sample.objects.get(pk=new.pk).suspicion is None


def test_a_set_is_frozen_in_the_words_of_today(mary: User) -> None:
    shapes = make_own_classifier(mary)
    fill(shapes, each=10)
    merge_labels(by=mary, classifier=shapes, name="circle", into="square")
    late = make_drawing(shapes, "line", mary)
    Sample.objects.filter(pk=late.pk).update(label=Label.every.get(name="circle"))
    rename_label(by=mary, classifier=shapes, name="line", to="stroke")
    frozen = freeze_training_set(run=make_run(shapes, status="running"))
    manifest = Manifest.load(frozen.folder)
    assert manifest.labels == ("stroke", "square")
    assert {label: sum(parts.values()) for label, parts in frozen.counts.items()} == {"stroke": 10, "square": 21}


@pytest.fixture
def base(settings: Settings, tmp_path: Path) -> Path:
    settings.DOODLE_TRAINING_DATA = str(tmp_path)
    (tmp_path / "quickdraw" / "simplified").mkdir(parents=True)
    return tmp_path


def train(by: User, classifier: Classifier, pictures: Iterable[str] = ()) -> str:
    """Why it cannot be trained, or nothing."""
    for label in pictures:
        make_drawing(classifier, label, by)
    try:
        request_training(by=by, classifier=classifier)
    except CannotTrain as error:
        return str(error)
    return ""


def test_a_new_label_of_a_built_in_classifier_needs_pictures_of_people_the_others_have_the_base(mary: User, base: Path) -> None:
    doodle = make_labels(*LABELS)
    add_label(by=mary, classifier=doodle, name="griffin")
    rename_label(by=mary, classifier=doodle, name="cat", to="kitten")
    found = training_base(doodle)
    assert found
    assert found.labels == {"cat": "kitten", "dog": "dog", "bird": "bird", "house": "house"}
    assert train(mary, doodle, ["griffin"] * 3) == (
        "Each label needs 10 accepted pictures: griffin has 3. Add some, or review what waits."
    )
    assert train(mary, doodle, ["griffin"] * 7) == ""


def test_without_a_base_the_refusal_tells_the_ways_out(mary: User) -> None:
    doodle = make_labels(*LABELS)
    add_label(by=mary, classifier=doodle, name="griffin")
    refused = train(mary, doodle, ["griffin"] * 10)
    assert "cat has 0, dog has 0, bird has 0, house has 0." in refused
    assert "DOODLE_TRAINING_DATA" in refused
    assert "make a classifier of your own" in refused
