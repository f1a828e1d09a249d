"""A field that is misspelt is refused by its name, never lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from classifier.models import Classifier, Prediction, User
from tests.factories import HOUSE, picture
from tests.training import make_own_classifier

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"


@pytest.fixture(autouse=True)
def _site(doodle: Classifier) -> None:
    """All ask the same classifier."""


def fields_of(answer: Any) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    fields: dict[str, Any] = answer.json()["error"]["fields"]
    return fields


def test_the_error_names_what_is_unknown_and_what_there_is(api: APIClient) -> None:
    fields = fields_of(api.post(PREDICTIONS, {"strokes": HOUSE, "clasifier": "photo", "Strokes": []}))
    assert list(fields) == ["Strokes", "clasifier"]
    assert "Choose from classifier, image_base64, image_url, strokes." in fields["clasifier"][0]
    assert not Prediction.objects.exists()


def test_a_form_is_read_as_closely(api: APIClient) -> None:
    files = {"picture": SimpleUploadedFile("a.png", picture()), "csrfmiddlewaretoken": "of a session"}
    assert list(fields_of(api.post(PREDICTIONS, files, format="multipart"))) == ["picture"]


def test_in_a_batch_an_item_fails_alone_and_the_batch_where_it_is_its_own(api: APIClient) -> None:
    items = [{"strokes": HOUSE}, {"strokes": HOUSE, "clasifier": "photo"}]
    taken, refused = api.post(f"{PREDICTIONS}batch/", {"items": items}).json()["results"]
    assert taken["status"] == "queued"
    assert list(refused["error"]["fields"]) == ["clasifier"]
    assert list(fields_of(api.post(f"{PREDICTIONS}batch/", {"items": items, "classifier": "photo"}))) == ["classifier"]
    form = {"image": SimpleUploadedFile("a.png", picture()), "label": "cat"}
    assert list(fields_of(api.post(f"{PREDICTIONS}batch/", form, format="multipart"))) == ["label"]


def test_an_error_stays_short_whatever_the_names_are(api: APIClient) -> None:
    fields = fields_of(api.post(PREDICTIONS, {"strokes": HOUSE, **{f"{number:03}{'x' * 500}": 1 for number in range(50)}}))
    assert len(fields) == 20
    assert max(map(len, fields)) == 100


def test_a_sample_may_name_the_classifier_of_its_address(api: APIClient, owner: User) -> None:
    make_own_classifier(owner)
    sample = {"label": "circle", "strokes": HOUSE}
    samples = "/api/v1/classifiers/shapes/samples/"
    assert list(fields_of(api.post(samples, {**sample, "classifier": "doodle"}))) == ["classifier"]
    assert api.post(samples, {**sample, "classifier": "shapes"}).status_code == 201


def test_the_older_contract_takes_what_its_programs_send(anonymous: APIClient) -> None:
    answer = anonymous.post("/recognize", {"image": "%", "name": "drawing.png"})
    assert answer.json()["error"]["code"] == "bad_base64"


@pytest.mark.parametrize("value", [0, 1, "true", "yes", None])
def test_yes_and_no_are_true_and_false_in_json(api: APIClient, owner: User, value: object) -> None:
    classifier = make_own_classifier(owner)
    fields = fields_of(api.post("/api/v1/training-runs/", {"classifier": classifier.slug, "from_nothing": value}, format="json"))
    assert list(fields) == ["from_nothing"]
