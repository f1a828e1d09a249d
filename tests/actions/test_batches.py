from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.actions.adopt_images import adopt_images
from classifier.actions.ask_again import ask_again
from classifier.actions.submit_batch import submit_batch
from classifier.actions.submit_images import submit_images
from classifier.models import Batch, BatchFile, Classifier, Image, Person, Prediction, User, Visitor
from classifier.sources import canvas
from classifier.sources.submission import BadSubmission, Submission
from tests.factories import make_image, make_prediction, picture


def line(length: int) -> Submission:
    return canvas.from_strokes([[[0, length], [0, 255]]])


def test_known_and_new_pictures_keep_their_places(owner: User, doodle: Classifier) -> None:
    known = submit_images(by=owner, pictures=[(doodle, line(2))])[0].image
    queued = submit_images(by=owner, pictures=[(doodle, line(length)) for length in (1, 2, 3, 2)])
    assert [prediction.image.sha256 for prediction in queued] == [line(length).sha256 for length in (1, 2, 3, 2)]
    assert queued[1].image == queued[3].image == known
    assert [prediction.pk for prediction in queued] == sorted(prediction.pk for prediction in queued)
    assert Image.objects.count() == 3


def test_a_picture_that_comes_twice_at_once_stays_one_image_and_one_file(owner: User) -> None:
    large = Submission(source="upload", sha256="a" * 64, width=1, height=1, content_type="image/png", picture=bytes(100_000))
    made: list[Image] = []

    def overtaken(person: Person) -> Image:
        make_image(owner, sha256=large.sha256)
        made.append(large.image_of(person))
        return made[0]

    taken = Image.objects.take_in(owner, {large.sha256: overtaken})
    assert Image.objects.get() == taken[large.sha256] != made[0]
    assert not made[0].file.storage.exists(made[0].file.name or "")


def test_a_batch_is_stored_whole_or_not_at_all(owner: User, doodle: Classifier) -> None:
    unspeakable = BadSubmission("bad_image", "")
    with pytest.raises(IntegrityError):
        submit_batch(by=owner, classifier=doodle, files=[("a.png", line(1)), ("b.png", unspeakable)])
    assert not Image.objects.exists()
    assert not Prediction.objects.exists()
    assert not Batch.objects.exists()


def test_a_batch_wakes_the_workers_once(
    owner: User, doodle: Classifier, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as wakes:
        submit_batch(by=owner, classifier=doodle, files=[(f"{length}.png", line(length)) for length in range(1, 20)])
    assert len(wakes) == 1


def test_a_visitors_batch_keeps_its_answers_when_its_pictures_were_known(owner: User, doodle: Classifier) -> None:
    visitor = Visitor(uuid.uuid4())
    submission = Submission.of_picture(picture(30), "upload")
    submit_images(by=owner, pictures=[(doodle, submission)])
    batch = submit_batch(by=visitor, classifier=doodle, files=[("a.png", submission)])
    adopt_images(by=owner, visitor=visitor.key)
    assert Batch.objects.visible_to(owner).get() == batch
    found = BatchFile.objects.get().prediction
    assert found
    assert found.image == Image.objects.get()


def test_nobody_asks_again_about_what_is_not_theirs(stranger: User) -> None:
    image = make_prediction().image
    with pytest.raises(Image.DoesNotExist):
        ask_again(by=stranger, image=image)
    assert Prediction.objects.count() == 1
