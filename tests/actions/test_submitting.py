from __future__ import annotations

import uuid

import pytest
from pytest_django import Settings

from classifier import policy
from classifier.actions.adopt_images import adopt_images
from classifier.actions.delete_image import delete_image
from classifier.actions.delete_prediction import delete_prediction
from classifier.actions.submit_image import IdempotencyKeyReused, submit_image
from classifier.models import Classifier, Image, Prediction, User, Visitor
from classifier.sources import canvas
from classifier.sources.submission import Submission
from tests.factories import HOUSE, make_image, make_prediction, picture


def drawn() -> Submission:
    return canvas.from_strokes(HOUSE)


def test_the_same_content_is_one_image_with_two_predictions(owner: User, doodle: Classifier) -> None:
    first = submit_image(by=owner, classifier=doodle, submission=drawn())
    second = submit_image(by=owner, classifier=doodle, submission=drawn())
    assert first.pk != second.pk
    assert first.image == second.image


def test_two_people_have_two_images(owner: User, stranger: User, doodle: Classifier) -> None:
    submit_image(by=owner, classifier=doodle, submission=drawn())
    submit_image(by=stranger, classifier=doodle, submission=drawn())
    assert Image.objects.count() == 2


def test_small_pictures_live_in_the_row_and_large_ones_in_storage(owner: User, doodle: Classifier) -> None:
    small = submit_image(by=owner, classifier=doodle, submission=Submission.of_picture(picture(200), "upload")).image
    assert small.pixels
    assert not small.file
    noise = uuid.uuid4().bytes * 100_000
    large = Submission(source="upload", sha256="0" * 64, width=1, height=1, content_type="image/png", picture=noise)
    image = submit_image(by=owner, classifier=doodle, submission=large).image
    image = Image.objects.get(pk=image.pk)
    assert not image.pixels
    assert image.picture == noise
    name = image.file.name
    delete_image(by=owner, image=image)
    assert name
    assert not image.file.storage.exists(name)


def test_an_idempotency_key_makes_one_prediction(owner: User, doodle: Classifier) -> None:
    first = submit_image(by=owner, classifier=doodle, submission=drawn(), idempotency_key="k")
    assert submit_image(by=owner, classifier=doodle, submission=drawn(), idempotency_key="k") == first
    other = canvas.from_strokes([[[0, 9], [0, 9]]])
    with pytest.raises(IdempotencyKeyReused):
        submit_image(by=owner, classifier=doodle, submission=other, idempotency_key="k")


def test_rate_and_quota_say_what_the_limit_is(owner: User, doodle: Classifier, settings: Settings) -> None:
    settings.DOODLE_QUOTA = 1
    submit_image(by=owner, classifier=doodle, submission=drawn())
    with pytest.raises(policy.TooManyPictures, match="At most 1 pictures"):
        submit_image(by=owner, classifier=doodle, submission=drawn())
    settings.DOODLE_RATE = 0
    with pytest.raises(policy.TooManyPictures, match="a second"):
        submit_image(by=owner, classifier=doodle, submission=drawn())


def test_signing_up_brings_the_drawings_along(owner: User, doodle: Classifier) -> None:
    visitor = Visitor(uuid.uuid4())
    both = submit_image(by=visitor, classifier=doodle, submission=drawn())
    submit_image(by=owner, classifier=doodle, submission=drawn())
    new = submit_image(by=visitor, classifier=doodle, submission=canvas.from_strokes([[[0, 9], [0, 9]]]))
    adopt_images(by=owner, visitor=visitor.key)
    assert Image.objects.filter(owner=owner).count() == Image.objects.count() == 2
    assert set(Prediction.objects.visible_to(owner)) >= {both, new}
    assert set(Prediction.objects.values_list("asked_by", flat=True)) == {owner.pk}


def test_the_image_goes_with_its_last_answer(owner: User) -> None:
    first = make_prediction(owner)
    second = make_prediction(image=first.image)
    delete_prediction(by=owner, prediction=first)
    assert Image.objects.exists()
    delete_prediction(by=owner, prediction=second)
    assert not Image.objects.exists()


def test_nobody_deletes_what_is_not_theirs(stranger: User) -> None:
    prediction = make_prediction()
    with pytest.raises(Prediction.DoesNotExist):
        delete_prediction(by=stranger, prediction=prediction)
    with pytest.raises(Image.DoesNotExist):
        delete_image(by=stranger, image=make_image())
    assert Image.objects.count() == 2
