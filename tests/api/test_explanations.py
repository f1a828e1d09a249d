"""Why, over the API: asked for by looking, made by a worker, shown to whom it belongs."""

from __future__ import annotations

import io
import time
import uuid
from itertools import count
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import PIL.Image
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from classifier.actions.review_image import review_image
from classifier.models import Explanation, Neighbour, Prediction, User, waiting
from tests.conftest import signed_in
from tests.factories import make_answer, make_explanation, make_image, make_prediction, make_reviewer, make_sample

pytestmark = pytest.mark.django_db


def get(api: APIClient, what: str, about: Prediction, /, **query: Any) -> Any:
    return api.get(f"/api/v1/images/{about.image_id}/{what}/?{urlencode(query)}")


@pytest.mark.parametrize("what", ["heatmap", "explanation"])
def test_looking_asks_for_it_and_says_when_to_look_again(api: APIClient, owner: User, what: str) -> None:
    prediction = make_answer(owner)
    for _ in range(2):
        answer = get(api, what, prediction, prediction=prediction.pk)
        assert (answer.status_code, answer["Retry-After"]) == (202, "1")
        assert (answer.json()["status"], answer.json()["label"], answer.json()["sentence"]) == ("queued", "cat", None)
    assert Explanation.objects.get().prediction == prediction


@pytest.mark.parametrize("what", ["heatmap", "explanation"])
def test_whoever_waits_gets_it_once_it_is_made(api: APIClient, owner: User, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_explanation(make_answer(owner), status="queued")
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: Explanation.objects.update(status="succeeded"))
    monkeypatch.setattr(waiting, "time", clock)
    assert get(api, what, made.prediction, wait=20).status_code == 200


def test_whoever_waits_in_vain_is_told_when_to_look_again(api: APIClient, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=count().__next__, sleep=lambda _: None))
    answer = get(api, "explanation", make_answer(owner), wait=1)
    assert (answer.status_code, answer["Retry-After"], answer.json()["status"]) == (202, "1", "queued")
    wrong = get(api, "heatmap", make_answer(owner), wait="long")
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["wait"])


def test_the_map_is_a_png_that_is_sent_once(api: APIClient, owner: User) -> None:
    prediction = make_explanation(make_answer(owner)).prediction
    query = {"prediction": prediction.pk, "label": "cat"}
    answer = get(api, "heatmap", prediction, **query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert min(PIL.Image.open(io.BytesIO(answer.content)).size) >= 280
    address = f"/api/v1/images/{prediction.image_id}/heatmap/?{urlencode(query)}"
    again = api.get(address, headers={"If-None-Match": answer["ETag"], "Accept": "image/png"})
    assert (again.status_code, again.content) == (304, b"")
    assert "immutable" in answer["Cache-Control"]
    assert "no-cache" in get(api, "heatmap", prediction)["Cache-Control"]
    assert api.get(get(api, "explanation", prediction).json()["heatmap"]).content == answer.content


def test_the_last_answer_is_meant_where_none_is_named(api: APIClient, owner: User) -> None:
    first = make_answer(owner)
    last = make_answer(owner, label="dog", image=first.image)
    make_prediction(image=first.image)
    assert get(api, "explanation", first).json()["prediction"] == str(last.pk)
    assert get(api, "explanation", first, prediction=first.pk).json()["prediction"] == str(first.pk)


@pytest.mark.parametrize("what", ["heatmap", "explanation"])
def test_what_cannot_be_asked_is_refused_in_a_sentence(api: APIClient, owner: User, what: str) -> None:
    answered, queued = make_answer(owner), make_prediction(owner)
    unknown = get(api, what, answered, label="tiger")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, "unknown_label")
    assert "tiger" in unknown.json()["error"]["fields"]["label"][0]
    assert get(api, what, answered, prediction="nonsense").status_code == 400
    assert get(api, what, answered, prediction=uuid.uuid4()).status_code == 404
    assert get(api, what, answered, prediction=make_answer(owner).pk).status_code == 404
    early = get(api, what, queued, prediction=queued.pk)
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_answered")
    assert not Explanation.objects.exists()


def test_what_failed_says_why(api: APIClient, owner: User) -> None:
    made = make_explanation(make_answer(owner), status="failed", problem="The picture could not be read.", nearest=[])
    heatmap = get(api, "heatmap", made.prediction)
    assert (heatmap.status_code, heatmap.json()["error"]["code"]) == (409, "cannot_explain")
    told = get(api, "explanation", made.prediction).json()
    assert (told["status"], told["error"]["message"]) == ("failed", "The picture could not be read.")


def test_examples_and_rivals_come_with_their_numbers(api: APIClient, owner: User) -> None:
    told = get(api, "explanation", make_explanation(make_answer(owner)).prediction).json()
    assert told["sentence"].startswith("Nearest example: cat (0.91 alike).")
    assert told["rival"] == {"label": "dog", "probability": 0.1, "alike": 0.741}
    assert [(one["label"], one["alike"], one["source"], one["image"]) for one in told["nearest"]] == [
        ("cat", 0.9134, "dataset", None)
    ]
    assert told["nearest"][0]["picture"].startswith("data:image/png")


def test_other_peoples_pictures_are_a_number_and_a_label_but_to_reviewers(api: APIClient, owner: User) -> None:
    own, others = make_image(owner), make_sample().image
    near = [Neighbour("cat", 0.9, own.pk).kept(), Neighbour("cat", 0.8, others.pk).kept()]
    prediction = make_explanation(make_answer(owner), nearest=near).prediction
    mine = get(api, "explanation", prediction).json()["nearest"]
    assert [one["image"] and one["image"]["id"] for one in mine] == [str(own.pk), None]
    assert (mine[1]["alike"], mine[1]["source"], mine[1]["picture"]) == (0.8, "people", None)
    make_sample(image=prediction.image)
    theirs = get(signed_in(make_reviewer()), "explanation", prediction).json()["nearest"]
    assert [one["image"] and one["image"]["id"] for one in theirs] == [None, str(others.pk)]


def test_strangers_see_nothing_of_it(owner: User, stranger: User) -> None:
    prediction = make_explanation(make_answer(owner)).prediction
    for what in ("heatmap", "explanation"):
        assert get(signed_in(stranger), what, prediction, prediction=prediction.pk, label="cat").status_code == 404


def test_it_goes_with_its_answer(api: APIClient, owner: User) -> None:
    prediction = make_explanation(make_answer(owner)).prediction
    review_image(by=owner, image=prediction.image, classifier=prediction.classifier, verdict="confirmed")
    assert api.delete(f"/api/v1/images/{prediction.image_id}/").status_code == 204
    assert not Explanation.objects.exists()


@pytest.mark.parametrize("what", ["heatmap", "explanation"])
def test_more_neighbours_cost_no_more_queries(api: APIClient, owner: User, what: str) -> None:
    def queries(number: int) -> int:
        near = [Neighbour("cat", 0.9, make_image(owner).pk).kept() for _ in range(number)]
        prediction = make_explanation(make_answer(owner), nearest=near).prediction
        with CaptureQueriesContext(connection) as asked:
            assert get(api, what, prediction).status_code == 200
        return len(asked)

    few = queries(1)  # and for the first time, whether the caller is a reviewer
    assert queries(9) <= few <= 8
