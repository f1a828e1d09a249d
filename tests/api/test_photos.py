"""Photos over the API: who is asked, what was seen, and what is suggested."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import PIL.Image
import pytest
from rest_framework.test import APIClient

from classifier.ml import pixels
from classifier.models import Classifier, Image, User
from tests.factories import HOUSE, make_classifier, make_image, make_predictions, photo, picture

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"


@pytest.fixture(autouse=True)
def photos(doodle: Classifier) -> Classifier:
    return make_classifier("photo", "photo")


def ask(api: APIClient, **body: Any) -> dict[str, Any]:
    answer = api.post(PREDICTIONS, body)
    assert answer.status_code == 202, answer.content
    prediction: dict[str, Any] = answer.json()
    return prediction


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def seen(api: APIClient, prediction: dict[str, Any], query: str = "") -> tuple[Any, Any]:
    answer = api.get(prediction["image"]["url"].replace("/file/", "/seen/") + query)
    assert answer.status_code == 200
    return np.asarray(PIL.Image.open(io.BytesIO(answer.content))), answer


@pytest.mark.parametrize(
    ("sent", "classifier", "answering", "suggested"),
    [
        (photo(), "auto", "photo", None),
        (picture(), "auto", "doodle", None),
        (photo(), None, "doodle", "photo"),
        (photo(), "photo", "photo", None),
        (picture(), "photo", "photo", "doodle"),
    ],
)
def test_who_answers_and_who_is_suggested(
    api: APIClient, sent: bytes, classifier: str | None, answering: str, suggested: str | None
) -> None:
    body = {"image_base64": as_base64(sent), **({"classifier": classifier} if classifier else {})}
    made = ask(api, **body)
    listed = api.get(PREDICTIONS).json()["results"][0]
    for prediction in (made, listed, api.get(f"{PREDICTIONS}{made['id']}/").json()):
        assert (prediction["classifier"], prediction["suggested_classifier"]) == (answering, suggested)


def test_strokes_are_always_a_drawing(api: APIClient) -> None:
    assert ask(api, strokes=HOUSE, classifier="auto")["classifier"] == "doodle"
    assert ask(api, strokes=HOUSE, classifier="photo")["suggested_classifier"] == "doodle"


def test_a_batch_decides_for_each(api: APIClient) -> None:
    items = [{"image_base64": as_base64(sent), "classifier": "auto"} for sent in (photo(), picture(), photo(90))]
    results = api.post(f"{PREDICTIONS}batch/", {"items": items}).json()["results"]
    assert [result["classifier"] for result in results] == ["photo", "doodle", "photo"]


@pytest.mark.parametrize("slug", ["no-such", "Auto", "", "a b"])
def test_an_unknown_classifier_is_refused_before_anything_is_kept(api: APIClient, slug: str) -> None:
    answer = api.post(PREDICTIONS, {"strokes": HOUSE, "classifier": slug})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["classifier"])
    assert not Image.objects.exists()


def test_what_was_seen_is_what_the_network_of_the_classifier_gets(api: APIClient) -> None:
    prediction = ask(api, image_base64=as_base64(photo()), classifier="photo")
    opened = pixels.open_picture(photo())
    by_last, answer = seen(api, prediction)
    assert np.array_equal(by_last, pixels.photo(opened))
    assert by_last.shape == (32, 32, 3)
    assert "no-cache" in answer["Cache-Control"]
    by_name, answer = seen(api, prediction, "?classifier=doodle")
    assert np.array_equal(by_name, pixels.drawing(opened))
    assert "immutable" in answer["Cache-Control"]


def test_a_drawing_is_seen_in_colours_by_a_network_for_photos(api: APIClient) -> None:
    prediction = ask(api, strokes=HOUSE, classifier="photo")
    colours, _ = seen(api, prediction)
    assert colours.shape == (32, 32, 3)
    assert colours.min() < 128 < colours[0, 0].min()
    bitmap, _ = seen(api, prediction, "?classifier=doodle")
    assert bitmap.shape == (28, 28)


@pytest.mark.parametrize("query", ["?classifier=no-such", "?classifier=%00", "?classifier=" + "x" * 500])
def test_what_no_classifier_saw_is_not_there(api: APIClient, query: str) -> None:
    prediction = ask(api, strokes=HOUSE)
    answer = api.get(prediction["image"]["url"].replace("/file/", "/seen/") + query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_an_image_that_nobody_was_asked_about_needs_a_name(api: APIClient, owner: User) -> None:
    path = f"/api/v1/images/{make_image(owner).pk}/seen/"
    assert api.get(path).status_code == 404
    assert api.get(f"{path}?classifier=doodle").status_code == 200


def test_suggestions_cost_no_query_more(api: APIClient, owner: User, django_assert_num_queries: Any) -> None:
    make_predictions(5, image=make_image(owner, looks_like="photo"))
    with django_assert_num_queries(2):
        listed = api.get(PREDICTIONS).json()["results"]
    assert {row["suggested_classifier"] for row in listed} == {"photo"}


def test_the_list_is_filtered_by_classifier(api: APIClient) -> None:
    asked = {slug: ask(api, strokes=HOUSE, classifier=slug)["id"] for slug in ("doodle", "photo")}
    for slug, id in asked.items():
        assert [row["id"] for row in api.get(f"{PREDICTIONS}?classifier={slug}").json()["results"]] == [id]
