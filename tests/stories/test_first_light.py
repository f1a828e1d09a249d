"""A program draws, uploads and reads what it is; a worker in a process of its own answers."""

from __future__ import annotations

import base64
import io
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest

from classifier.ml import strokes
from tests.factories import HOUSE, picture
from tests.ml.redrawing import Style, redraw
from tests.running import Caller, Site

pytestmark = pytest.mark.tensorflow
SAMPLES = Path(__file__).parent.parent / "ml" / "samples" / "quickdraw.json"


@pytest.fixture(scope="module")
def owner(site: Site) -> Iterator[Caller]:
    with closing(Caller(site, f"owner-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


@pytest.fixture(scope="module")
def stranger(site: Site) -> Iterator[Caller]:
    with closing(Caller(site, f"stranger-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


def ask(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = caller.post("/api/v1/predictions/?wait=20", json=body)
    assert answer.status_code == 200, answer.text
    prediction: dict[str, Any] = answer.json()
    return prediction


def test_strokes_are_answered_with_the_best_three_of_345(owner: Caller) -> None:
    prediction = ask(owner, strokes=HOUSE)
    assert prediction["status"] == "succeeded"
    assert prediction["error"] is None
    assert prediction["classifier"] == "doodle"
    probabilities = [guess["probability"] for guess in prediction["guesses"]]
    assert len(probabilities) == 3
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1.000001
    assert "house" in [guess["label"] for guess in prediction["guesses"]]


def test_real_drawings_are_recognised_by_whatever_way_they_come(owner: Caller) -> None:
    drawings = json.loads(SAMPLES.read_text())["drawings"]
    right = {"strokes": 0, "bitmap": 0, "screenshot": 0}
    for drawing in drawings:
        aligned = strokes.parse(drawing["drawing"])
        ways = {
            "strokes": {"strokes": drawing["drawing"]},
            "bitmap": {"image_base64": as_base64(PIL.Image.fromarray(255 - strokes.render(aligned)))},
            "screenshot": {"image_base64": as_base64(redraw(aligned, Style()))},
        }
        for way, body in ways.items():
            labels = [guess["label"] for guess in ask(owner, **body)["guesses"]]
            right[way] += drawing["word"] in labels
    assert min(right.values()) >= len(drawings) / 2, right


def as_base64(image: PIL.Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_the_same_picture_is_one_image_with_one_answer_by_any_way(owner: Caller) -> None:
    content = picture()
    encoded = base64.b64encode(content).decode()
    uploaded = owner.post("/api/v1/predictions/?wait=20", files={"image": ("holiday.jpg", content)}).json()
    plain = ask(owner, image_base64=encoded)
    prefixed = ask(owner, image_base64=f"data:image/png;base64,{encoded}")
    assert uploaded["guesses"] == plain["guesses"] == prefixed["guesses"]
    assert uploaded["image"]["id"] == plain["image"]["id"] == prefixed["image"]["id"]
    assert len({uploaded["id"], plain["id"], prefixed["id"]}) == 3


def test_the_same_picture_at_the_same_moment_is_one_image(owner: Caller) -> None:
    body = {"strokes": [[[0, 255, 3], [0, 40, 255]]]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(owner, **body), range(16)))
    assert len({answer["image"]["id"] for answer in answers}) == 1
    assert len({answer["id"] for answer in answers}) == 16
    assert len({json.dumps(answer["guesses"]) for answer in answers}) == 1


def test_without_waiting_the_answer_is_202_and_can_be_polled(owner: Caller) -> None:
    queued = owner.post("/api/v1/predictions/", json={"strokes": HOUSE})
    assert queued.status_code == 202
    assert queued.headers["Retry-After"]
    settled = owner.get(f"{queued.headers['Location']}?wait=20")
    assert settled.json()["status"] == "succeeded"


def test_history_pictures_and_deletion_are_the_owners_alone(owner: Caller, stranger: Caller) -> None:
    prediction = ask(owner, image_base64=as_base64(PIL.Image.open(io.BytesIO(picture(300, colour="navy")))))
    path, file = f"/api/v1/predictions/{prediction['id']}/", prediction["image"]["url"]
    assert owner.get("/api/v1/predictions/").json()["results"][0]["id"] == prediction["id"]
    assert PIL.Image.open(io.BytesIO(owner.get(file).content)).size == (300, 300)
    seen = np.asarray(PIL.Image.open(io.BytesIO(owner.get(file.replace("/file/", "/seen/")).content)))
    assert seen.shape == (28, 28)
    assert seen.max() > 200
    for foreign in (path, file, file.replace("/file/", "/seen/"), file.removesuffix("file/")):
        assert stranger.get(foreign).status_code == 404
    assert stranger.delete(path).status_code == 404
    assert owner.delete(path).status_code == 204
    assert owner.get(path).status_code == owner.get(file).status_code == 404


@pytest.mark.parametrize(("side", "colour"), [(1, "white"), (28, (250, 250, 250)), (28, (6, 6, 6)), (400, "navy")])
def test_a_blank_picture_is_answered_as_not_sure(owner: Caller, side: int, colour: Any) -> None:
    blank = ask(owner, image_base64=as_base64(PIL.Image.new("RGB", (side, side), colour)))
    assert blank["status"] == "succeeded"
    assert blank["unsure"] is True


def test_the_source_documents_call_still_answers(site: Site) -> None:
    answer = httpx.post(f"{site.url}/recognize", json={"image": base64.b64encode(picture()).decode()}, timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] is True
    assert isinstance(answer.json()["prediction"], str)


def test_a_batch_is_answered_in_its_order_and_a_bad_item_fails_alone(owner: Caller) -> None:
    encoded = base64.b64encode(picture()).decode()
    items = [{"strokes": HOUSE}, {"image_base64": "%"}, {"image_base64": encoded}]
    answer = owner.post("/api/v1/predictions/batch/?wait=20", json={"items": items})
    assert answer.status_code == 200, answer.text
    drawn, bad, uploaded = answer.json()["results"]
    assert drawn["guesses"] == ask(owner, strokes=HOUSE)["guesses"]
    assert uploaded["guesses"] == ask(owner, image_base64=encoded)["guesses"]
    assert bad["error"]["code"] == "bad_base64"


def test_two_hundred_at_once_are_all_answered(owner: Caller) -> None:
    bend = [[[[0, 255], [0, step]]] for step in range(1, 201)]
    ids = [owner.post("/api/v1/predictions/", json={"strokes": drawn}).json()["id"] for drawn in bend]
    answers = [owner.get(f"/api/v1/predictions/{one}/?wait=30").json() for one in ids]
    assert {answer["status"] for answer in answers} == {"succeeded"}
