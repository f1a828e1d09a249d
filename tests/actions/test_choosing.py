"""Which classifier answers: the one that is named, or the one that the picture looks made for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from classifier.actions.ask_again import ask_again
from classifier.actions.claim_fetch import claim_fetch
from classifier.actions.record_fetch import record_fetch
from classifier.actions.register_version import register_version
from classifier.actions.submit_batch import submit_batch
from classifier.actions.submit_image import submit_image
from classifier.actions.submit_images import submit_images
from classifier.ml.handover import BadCard
from classifier.models import Classifier, Image, ModelVersion, Prediction, User
from classifier.sources import canvas, url
from classifier.sources.submission import Submission
from tests.actions.test_versions import artifact
from tests.factories import HOUSE, make_classifier, make_image, make_prediction, make_version, photo, picture


@pytest.fixture
def photos(doodle: Classifier) -> Classifier:
    """The classifier of photos, beside that of drawings."""
    return make_classifier("photo", "photo")


def of(content: bytes) -> Submission:
    return Submission.of_picture(content, "upload")


def test_without_a_name_the_picture_decides(owner: User, doodle: Classifier, photos: Classifier) -> None:
    sent = [canvas.from_strokes(HOUSE), of(picture()), of(photo())]
    alone = [submit_image(by=owner, classifier=None, submission=one).classifier for one in sent]
    together = [made.classifier for made in submit_images(by=owner, pictures=[(None, one) for one in sent])]
    batch = submit_batch(by=owner, classifier=None, files=[(f"{place}.png", one) for place, one in enumerate(sent)])
    filed = [file.prediction.classifier for file in batch.files.all() if file.prediction]
    assert alone == together == filed == [doodle, doodle, photos]
    assert set(Image.objects.values_list("looks_like", flat=True)) == {"drawing", "photo"}


def test_a_name_is_obeyed_whatever_the_picture_looks_like(owner: User, doodle: Classifier, photos: Classifier) -> None:
    assert submit_image(by=owner, classifier=doodle, submission=of(photo())).classifier == doodle
    mixed = submit_images(by=owner, pictures=[(photos, of(picture())), (None, of(picture()))])
    assert [made.classifier for made in mixed] == [photos, doodle]
    batch = submit_batch(by=owner, classifier=photos, files=[("a.png", of(picture()))])
    assert batch.files.get().prediction.classifier == photos  # type: ignore[union-attr]


def test_without_a_classifier_of_photos_drawings_are_all_there_is(owner: User, doodle: Classifier) -> None:
    assert submit_image(by=owner, classifier=None, submission=of(photo())).classifier == doodle


def test_many_undecided_ones_cost_no_more_queries(owner: User, photos: Classifier, django_assert_max_num_queries: Any) -> None:
    lines = [canvas.from_strokes([[[0, length], [0, 255]]]) for length in range(1, 31)]
    with django_assert_max_num_queries(11):
        submit_images(by=owner, pictures=[(None, line) for line in lines])


@pytest.mark.parametrize(("named", "expected"), [(None, "photo"), ("doodle", "doodle")])
def test_what_is_at_an_address_decides_once_it_is_here(owner: User, photos: Classifier, named: str | None, expected: str) -> None:
    classifier = Classifier.objects.get(slug=named) if named else None
    queued = submit_image(by=owner, classifier=classifier, submission=url.from_address("https://example.com/a.png"))
    assert queued.classifier.slug == "doodle"
    fetch = claim_fetch()
    assert fetch
    record_fetch(fetch=fetch, result=Submission.of_picture(photo(), "url"))
    fetched = Prediction.objects.select_related("classifier", "image").get()
    assert (fetched.classifier.slug, fetched.image.looks_like) == (expected, "photo")


SUGGESTIONS = [
    ("photo", "doodle", "photo"),
    ("drawing", "photo", "doodle"),
    ("photo", "photo", None),
    ("drawing", "doodle", None),
    ("", "photo", None),
    ("photo", "flowers", "photo"),
    ("drawing", "flowers", None),
]


@pytest.mark.parametrize(("looks_like", "asked", "suggested"), SUGGESTIONS)
def test_a_picture_at_the_wrong_kind_of_classifier_is_noticed(
    photos: Classifier, looks_like: str, asked: str, suggested: str | None
) -> None:
    make_classifier("flowers", "drawing")
    make_prediction(image=make_image(looks_like=looks_like), classifier=Classifier.objects.get(slug=asked))
    assert Prediction.objects.with_image().get().suggested_classifier == suggested


def test_what_nobody_can_answer_is_not_suggested(doodle: Classifier) -> None:
    make_prediction(image=make_image(looks_like="photo"))
    assert Prediction.objects.with_image().get().suggested_classifier is None


def test_another_classifier_can_be_asked_about_the_same_picture(owner: User, photos: Classifier) -> None:
    first = submit_image(by=owner, classifier=None, submission=of(picture()))
    assert ask_again(by=owner, image=first.image, classifier=photos).classifier == photos
    assert ask_again(by=owner, image=first.image).classifier == photos
    assert Image.objects.count() == 1


def test_no_classifier_may_be_called_auto(db: None) -> None:
    with pytest.raises(IntegrityError):
        make_classifier("auto")


def test_the_live_network_says_in_what_form_it_takes_a_picture(photos: Classifier) -> None:
    assert ModelVersion.objects.input_of(photos) == "photo"
    make_version(classifier=photos, stage="live", card={"input": "bitmap"})
    assert ModelVersion.objects.input_of(photos) == "bitmap"


def test_a_network_that_needs_strokes_is_refused(db: None, tmp_path: Path) -> None:
    with pytest.raises(BadCard, match=r"'sequence'.*bitmap or photo"):
        register_version(artifact=artifact(tmp_path / "a", input="sequence"))
    assert not Classifier.objects.exists()
