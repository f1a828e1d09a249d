"""What people labelled is frozen: the same pictures are the same set, and nobody's pictures are on two sides."""

from __future__ import annotations

import shutil
import uuid
from collections import Counter, defaultdict

import numpy as np
import pytest
from pytest_django import Settings

from classifier.actions.freeze_training_set import Base, TooFewPictures, freeze_training_set
from classifier.ml.datasets import frozen
from classifier.ml.handover import PARTS, TEST, Manifest
from classifier.models import Classifier, Sample, State, TrainingSet, User
from tests.factories import make_image, make_user
from tests.training import SHAPES, fill, make_own_classifier, make_run, make_sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def shapes(owner: User) -> Classifier:
    return make_own_classifier(owner)


def frozen_set(classifier: Classifier, base: Base | None = None) -> tuple[TrainingSet, Manifest]:
    run = make_run(classifier, status="running", attempt=1)
    made = freeze_training_set(run=run, base=base)
    run.refresh_from_db()
    assert run.training_set == made
    run.delete()
    return made, Manifest.load(made.folder)


def parts_of(manifest: Manifest) -> dict[str, str]:
    return {str(example.image): example.part for example in manifest.examples}


def test_the_same_pictures_are_the_same_set_and_another_label_is_another(shapes: Classifier) -> None:
    samples = fill(shapes)
    first, manifest = frozen_set(shapes)
    assert first.sha256 == manifest.sha256()
    assert {example.label for example in manifest.examples} == set(SHAPES)
    again, _ = frozen_set(shapes)
    assert (again, TrainingSet.objects.count()) == (first, 1)
    Sample.objects.filter(pk=samples[0].pk).update(label=shapes.labels.get(name="square"))
    other, _ = frozen_set(shapes)
    assert other.sha256 != first.sha256


def test_a_lost_folder_is_written_again(shapes: Classifier) -> None:
    fill(shapes)
    first, manifest = frozen_set(shapes)
    shutil.rmtree(first.folder)
    assert frozen_set(shapes) == (first, manifest)


def test_what_is_rebuilt_elsewhere_has_the_same_pictures_on_the_same_sides(shapes: Classifier) -> None:
    fill(shapes)
    first, manifest = frozen_set(shapes)
    shutil.rmtree(first.folder)
    first.delete()
    rebuilt, again = frozen_set(shapes)
    assert (rebuilt.sha256, rebuilt.pk == first.pk) == (first.sha256, False)
    assert again == manifest


def test_a_persons_pictures_are_all_on_one_side(shapes: Classifier, settings: Settings) -> None:
    settings.SECRET_KEY = "which the groups hang on"
    people = [User.objects.create(username=f"person-{number}", id=uuid.UUID(int=number)) for number in range(30)]
    fill(shapes, each=30, owners=people)
    made, manifest = frozen_set(shapes)
    assert made.split_by == manifest.split_by == "person"
    sides = defaultdict(set)
    for example in manifest.examples:
        sides[example.group].add(example.part)
    assert len(sides) == 30
    assert all(len(side) == 1 for side in sides.values())
    assert {part for side in sides.values() for part in side} == set(PARTS)


def test_of_few_people_each_picture_is_placed_alone_and_every_label_is_measured(shapes: Classifier) -> None:
    fill(shapes, each=10)
    made, manifest = frozen_set(shapes)
    assert made.split_by == manifest.split_by == "picture"
    for label in SHAPES:
        assert all(made.counts[label][part] > 0 for part in PARTS)
    assert sum(sum(parts.values()) for parts in made.counts.values()) == 30


def test_the_test_part_never_trains_and_nothing_comes_into_it_that_trained(shapes: Classifier) -> None:
    fill(shapes, each=15)
    made, before = frozen_set(shapes)
    loaded, unseen = frozen.load(made.folder), frozen.load_test(made.folder)
    shown = {picture.tobytes() for picture in loaded.pixels}
    assert not shown & {picture.tobytes() for picture in unseen.pixels}
    assert len(loaded.pixels) + len(unseen.pixels) == 45
    fill(shapes, each=30)
    _, after = frozen_set(shapes)
    now = parts_of(after)
    assert all(now[image] != TEST for image, part in parts_of(before).items() if part != TEST)


def test_only_what_people_stand_by_is_in_it(shapes: Classifier, owner: User) -> None:
    kept = fill(shapes)
    line = shapes.labels.get(name="line")
    make_sample(shapes, "line", owner, state=State.NEW)
    make_sample(shapes, "line", owner, state=State.EXCLUDED)
    corrected = make_sample(shapes, "line", owner, state=State.CORRECTED)
    unreadable = Sample.objects.create(
        image=make_image(owner, strokes=None, pixels=b"no picture"), classifier=shapes, state=State.ACCEPTED, label=line
    )
    _, manifest = frozen_set(shapes)
    assert set(parts_of(manifest)) == {str(sample.image_id) for sample in [*kept, corrected]}
    assert str(unreadable.image_id) not in parts_of(manifest)


def doubt(*samples: Sample, **fields: object) -> None:
    """As the network does that has looked at their labels."""
    for sample in samples:
        Sample.objects.filter(pk=sample.pk).update(suspected=sample.label, suspicion=0.9, **fields)


def test_a_doubted_label_is_measured_on_but_not_learnt_until_a_reviewer_stands_by_it(shapes: Classifier) -> None:
    samples = {str(sample.image_id): sample for sample in fill(shapes, each=30)}
    _, before = frozen_set(shapes)
    shown = [image for image, part in parts_of(before).items() if part != TEST]
    measured = [image for image, part in parts_of(before).items() if part == TEST]
    doubt(*(samples[image] for image in [*shown[:4], *measured[:2]]))
    _, after = frozen_set(shapes)
    assert parts_of(after) == {image: part for image, part in parts_of(before).items() if image not in shown[:4]}
    doubt(*(samples[image] for image in shown[:4]), judged=True)
    assert frozen_set(shapes)[1] == before


def test_a_label_of_which_too_few_are_believed_keeps_the_doubted_ones(shapes: Classifier) -> None:
    samples = fill(shapes, each=12)
    _, before = frozen_set(shapes)
    doubt(*(sample for sample in samples if str(sample.label) == "line"))
    assert frozen_set(shapes)[1] == before


def test_a_picture_that_two_people_gave_is_in_it_once_as_it_was_labelled_last(shapes: Classifier, owner: User) -> None:
    samples = fill(shapes)
    twin = make_image(make_user(), sha256=samples[0].image.sha256, strokes=samples[0].image.strokes)
    Sample.objects.create(image=twin, classifier=shapes, state=State.ACCEPTED, label=shapes.labels.get(name="square"))
    _, manifest = frozen_set(shapes)
    assert len(manifest.examples) == len(samples)
    assert [example.label for example in manifest.examples if example.sha256 == twin.sha256] == ["square"]


def test_too_few_of_a_label_are_refused_and_named(shapes: Classifier, owner: User) -> None:
    fill(shapes, each=10)
    Sample.objects.filter(label__name="line").first().image.delete()  # type: ignore[union-attr]
    with pytest.raises(TooFewPictures, match=r"10 different pictures that can be read: line has 9\."):
        frozen_set(shapes)


def test_a_base_is_trained_on_with_them_and_its_own_test_pictures_stay_unseen(shapes: Classifier) -> None:
    given = fill(shapes, each=3)
    pixels = np.random.default_rng(1).integers(0, 255, (90, 28, 28, 1), dtype=np.uint8)
    pixels[0] = given[0].image.network_input("bitmap")[..., None]
    base = Base("quickdraw", pixels, [SHAPES[at % 3] for at in range(90)], np.arange(90) % 5 == 0)
    made, manifest = frozen_set(shapes, base)
    of_base = [example for example in manifest.examples if example.source == "quickdraw"]
    assert (len(of_base), len(manifest.examples)) == (89, 98)  # what a person labelled comes before the same picture of the base
    held_out = {picture.tobytes() for picture in pixels[base.held_out][1:]}
    assert held_out <= {picture.tobytes() for picture in frozen.load_test(made.folder).pixels}
    assert Counter(example.part for example in of_base)["train"] > 50
