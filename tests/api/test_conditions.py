"""ETags: who has an answer already gets none, and who has not seen the present state changes nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from classifier.models import Classifier, Image, Prediction, User
from tests.factories import make_answer, make_predictions

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"


@pytest.mark.parametrize("path", [PREDICTIONS, "/api/v1/classifiers/", "/api/v1/classifiers/doodle/"])
def test_what_a_reader_has_is_not_sent_again(api: APIClient, owner: User, doodle: Classifier, path: str) -> None:
    make_answer(owner)
    first = api.get(path)
    assert "private" in first["Cache-Control"]
    for given in (first["ETag"], f'"other", W/{first["ETag"]}', "*"):
        again = api.get(path, headers={"If-None-Match": given})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    make_answer(owner)
    assert api.get(PREDICTIONS, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_picture_that_a_reader_has_is_not_even_read(api: APIClient, owner: User) -> None:
    path = f"/api/v1/images/{make_answer(owner).image_id}/file/"
    tag = api.get(path)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = api.get(path, headers={"If-None-Match": tag, "Accept": "image/png"})
    assert (answer.status_code, len(queries)) == (304, 1)
    assert "immutable" in answer["Cache-Control"]


def test_a_picture_comes_to_whoever_accepts_pictures_only_and_its_refusal_as_json(api: APIClient, owner: User) -> None:
    path, accept = f"/api/v1/images/{make_answer(owner).image_id}/file/", {"Accept": "image/png"}
    assert api.get(path, headers=accept)["Content-Type"] == "image/png"
    Image.objects.all().delete()
    gone = api.get(path, headers=accept)
    assert (gone.status_code, gone["Content-Type"]) == (404, "application/json")


def test_a_tag_does_not_open_another_ones_picture(api: APIClient) -> None:
    path = f"/api/v1/images/{make_answer().image_id}/file/"
    assert api.get(path, headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("noun", ["predictions", "images"])
def test_only_what_was_seen_is_deleted(api: APIClient, owner: User, noun: str) -> None:
    answer = make_answer(owner)
    path = f"/api/v1/{noun}/{answer.pk if noun == 'predictions' else answer.image_id}/"
    seen = api.get(path)["ETag"]
    api.post(f"/api/v1/images/{answer.image_id}/reviews/", {"classifier": "doodle", "verdict": "corrected", "label": "dog"})
    stale = api.delete(path, headers={"If-Match": seen})
    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "precondition_failed")
    assert Prediction.objects.exists()
    assert api.delete(path, headers={"If-Match": api.get(path)["ETag"]}).status_code == 204


def test_a_list_of_the_same_rows_is_the_same(api: APIClient, owner: User) -> None:
    make_predictions(3, owner, status="failed")
    assert api.get(PREDICTIONS)["ETag"] == api.get(PREDICTIONS)["ETag"] != api.get(f"{PREDICTIONS}?fields=id")["ETag"]
