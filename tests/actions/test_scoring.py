"""Labels are doubted by what the live network thinks of them, and the queue is sorted by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from classifier.actions.review_image import review_image
from classifier.actions.undo_review import undo_review
from classifier.models import Label, ModelVersion, Review, Sample, User
from classifier.models.likenesses import groups_alike
from classifier.models.samples import DISPUTED_RANK
from classifier.models.training import FEWEST_PICTURES
from classifier.tasks import scoring
from tests.factories import make_answer, make_image, make_labels, make_reviewer, make_version
from tests.training import make_run, make_training_set

pytestmark = pytest.mark.django_db
NAMES = ["cat", "dog", "bird"]


@pytest.fixture
def reviewer(db: None) -> User:
    return make_reviewer("rita")


@pytest.fixture
def version() -> ModelVersion:
    make_labels(*NAMES)
    return make_version(stage="live", card={"input": "bitmap", "labels": NAMES})


def accepted(label: str, **fields: object) -> Sample:
    """A labelled picture that came by an import."""
    classifier = make_labels(*NAMES)
    found = Label.objects.get(classifier=classifier, name=label)
    return Sample.objects.create(image=make_image(), classifier=classifier, state="accepted", label=found, **fields)


def test_a_wrong_label_comes_first_with_its_reason_and_what_it_is(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch, reviewer: User
) -> None:
    right = [accepted(name) for name in NAMES * 6]
    wrong = accepted("cat")
    certain = {name: np.array([0.97 if name == other else 0.015 for other in NAMES]) for name in NAMES}
    says = {sample.pk: certain[str(sample.label)] for sample in right} | {wrong.pk: np.array([0.01, 0.93, 0.06])}
    answer_with(monkeypatch, lambda found: np.array([says[one.sample.pk] for one in found]))
    assert scoring.score_samples("doodle") == 19
    queue = list(Sample.objects.awaiting_review().in_queue_order().for_showing())
    assert queue == [wrong]
    assert queue[0].doubt == "labelled cat; the model says dog 0.93, cat 0.01"
    assert str(queue[0].suggested) == "dog"
    assert queue[0].reason == "suspected"
    assert queue[0].rank > 0.5
    verdict = review_image(by=reviewer, image=wrong.image, classifier=wrong.classifier, verdict="confirmed")
    assert not Sample.objects.awaiting_review().exists()  # somebody stands by it now
    undo_review(by=reviewer, review=verdict)
    assert list(Sample.objects.awaiting_review()) == [wrong]
    review_image(by=reviewer, image=wrong.image, classifier=wrong.classifier, verdict="corrected", label="dog")
    changed = Sample.objects.in_queue_order().get(pk=wrong.pk)
    assert (changed.doubt, changed.rank) == ("", 0.0)  # another label than the one that was doubted


def answer_with(monkeypatch: pytest.MonkeyPatch, answers: Callable[[Sequence[scoring.Doubtful]], object]) -> None:
    """In place of the process that loads the network."""
    monkeypatch.setattr(scoring, "_asked", lambda version, found: answers(found))


def test_peoples_own_no_comes_before_any_suspicion(version: ModelVersion) -> None:
    suspect = accepted("cat", suspicion=0.99, suspected=Label.objects.get(name="cat"))
    faint = accepted("dog", suspicion=0.7, suspected=Label.objects.get(name="dog"))
    accepted("bird", suspicion=0.1, suspected=Label.objects.get(name="bird"))
    answer = make_answer()
    assert answer.image.owner
    word = review_image(by=answer.image.owner, image=answer.image, classifier=answer.classifier, verdict="corrected", label="dog")
    queue = list(Sample.objects.awaiting_review().in_queue_order())
    assert queue == [word.sample, suspect, faint]
    assert [row.rank for row in queue] == [DISPUTED_RANK, 0.99, 0.7]
    for row, following in zip(queue, [*queue[1:], None], strict=True):
        assert Sample.objects.awaiting_review().queued_after(row.place).first() == following
    for row, before in zip(queue, [None, *queue[:-1]], strict=True):
        assert Sample.objects.awaiting_review().queued_before(row.place).first() == before


def test_the_test_part_is_judged_by_what_was_kept_with_the_version(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_out, trained_on = accepted("cat"), accepted("dog")
    version.artifact.mkdir(parents=True)
    kept = np.array([[0.125, 0.75, 0.125]], dtype=np.float32)
    np.savez(version.artifact / "test.npz", probabilities=kept, labels=np.array([0]), images=np.array([str(held_out.image_id)]))
    asked: list[Sample] = []

    def answers(found: Sequence[scoring.Doubtful]) -> object:
        asked.extend(one.sample for one in found)
        return np.array([[0.0, 1.0, 0.0]] * len(found))

    answer_with(monkeypatch, answers)
    scoring.score_samples("doodle")
    assert asked == [trained_on]
    scored = Sample.objects.select_related("suspected", "suggestion").get(pk=held_out.pk)
    assert (str(scored.suspected), scored.suspected_probability) == ("cat", 0.125)
    assert (str(scored.suggestion), scored.suggestion_probability) == ("dog", 0.75)


def test_what_a_version_learnt_from_is_judged_by_the_other_pictures_not_by_itself(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = make_version(bundled=True, number=7, stage="retired", card={"input": "bitmap", "labels": ["house"]})
    make_run(version.classifier, model_version=version, training_set=make_training_set(version.classifier))
    asked: list[tuple[str, ModelVersion, int]] = []

    def said(command: str, by: ModelVersion, names: Sequence[str], labels: object, found: Sequence[scoring.Doubtful]) -> object:
        asked.append((command, by, len(found)))
        return np.full((len(found), len(names)), 1 / 3, dtype=np.float32)

    monkeypatch.setattr(scoring, "_said", said)
    samples = [accepted(name) for name in NAMES * FEWEST_PICTURES]
    scoring.score_samples("doodle")
    samples[0].delete()
    scoring.score_samples("doodle")  # too few are left of one label
    assert asked == [("crossfit", bundled, 30), ("evaluate", version, 29)]


def test_only_what_is_new_wakes_the_scorer_and_what_cannot_be_read_not_twice(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def answers(found: Sequence[scoring.Doubtful]) -> object:
        calls.append(len(found))
        return np.full((len(found), 3), 1 / 3)

    answer_with(monkeypatch, answers)
    scoring.score_outstanding()
    accepted("cat")
    scoring.score_outstanding()
    scoring.score_outstanding()
    assert calls == [1]
    Sample.objects.create(
        image=make_image(strokes=None, pixels=b"no picture"), classifier=version.classifier, state="accepted",
        label=Label.objects.get(name="dog"),
    )  # fmt: skip
    scoring.score_outstanding()
    scoring.score_outstanding()
    assert calls == [1, 1]
    assert Sample.objects.get(label__name="cat").suspicion is not None
    Label.objects.create(classifier=version.classifier, name="tiger", position=9)
    sample = accepted("cat")
    Sample.objects.filter(pk=sample.pk).update(label=Label.objects.get(name="tiger"))
    scoring.score_outstanding()  # a label that this version does not know is not for it to doubt
    assert calls == [1, 1]


def test_scoring_leaves_the_moment_of_the_last_change(version: ModelVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    before = accepted("cat").changed_at
    answer_with(monkeypatch, lambda found: np.full((len(found), 3), 1 / 3))
    scoring.score_samples("doodle")
    scored = Sample.objects.get()
    assert (scored.changed_at, scored.scored_by, scored.events) == (before, version, 0)


def test_the_command_names_what_it_scored_and_what_there_is(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    accepted("cat")
    answer_with(monkeypatch, lambda found: np.full((len(found), 3), 1 / 3))
    call_command("score_samples")
    assert capsys.readouterr().out == "doodle: 1 samples.\n"
    with pytest.raises(CommandError, match=r"No live version answers for nonsense\. There is one for doodle"):
        call_command("score_samples", "nonsense")


def test_look_alikes_stand_beside_each_other() -> None:
    makers = [accepted("cat", fingerprint=value) for value in (0b0, -1, 0b1111, -2, 0b11111111, None)]
    assert groups_alike(makers) == [[makers[0], makers[2]], [makers[1], makers[3]], [makers[4]], [makers[5]]]


@pytest.mark.tensorflow
def test_the_real_network_doubts_a_house_called_a_cat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("register_models")
    live = ModelVersion.objects.live().get(classifier__slug="doodle")
    labels = {label.name: label for label in live.classifier.labels.all()}
    for name in ("house", "house", "cat"):
        Sample.objects.create(image=make_image(), classifier=live.classifier, state="accepted", label=labels[name])
    assert scoring.score_samples("doodle") == 3
    first = Sample.objects.in_queue_order().for_showing()[0]
    assert str(first.label) == "cat"
    assert str(first.suggestion) in ("hexagon", "house")
    assert first.is_suspicious
    assert Review.objects.count() == 0
