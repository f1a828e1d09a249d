"""Photos, answered by a worker in a process of its own beside drawings."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from classifier.ml import pixels
from classifier.ml.catalog import PRETRAINED
from tests.artifacts import LABELS, make_photo_artifact
from tests.factories import HOUSE, photo, picture
from tests.running import Caller, Site

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]
REGISTER = "from pathlib import Path; from classifier.actions.register_version import register_version as register; "


@pytest.fixture(scope="module")
def owner(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """On a site that answers photos, if need be with a network that has learnt nothing."""
    if not (PRETRAINED / "photo").exists():
        artifact: Path = make_photo_artifact(tmp_path_factory.mktemp("artifact") / "photo")
        site.manage("shell", "-c", f"{REGISTER}register(artifact=Path({str(artifact)!r}))")
    with closing(Caller(site, f"owner-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


def ask(caller: Caller, content: bytes, classifier: str) -> dict[str, Any]:
    body = {"image_base64": base64.b64encode(content).decode(), "classifier": classifier}
    answer = caller.post("/api/v1/predictions/?wait=30", json=body)
    assert answer.status_code == 200, answer.text
    prediction: dict[str, Any] = answer.json()
    assert prediction["status"] == "succeeded", prediction
    return prediction


def test_a_photo_is_answered_in_the_photos_labels_and_seen_in_colours(owner: Caller) -> None:
    prediction = ask(owner, photo(), "auto")
    assert prediction["classifier"] == "photo"
    assert prediction["suggested_classifier"] is None
    assert len(prediction["guesses"]) == 3
    assert {guess["label"] for guess in prediction["guesses"]} <= set(LABELS)
    seen = owner.get(prediction["image"]["url"].replace("/file/", "/seen/")).content
    assert np.array_equal(np.asarray(PIL.Image.open(io.BytesIO(seen))), pixels.photo(pixels.open_picture(photo())))


def test_the_same_picture_by_any_way_gets_the_same_answer(owner: Caller) -> None:
    uploaded = owner.post("/api/v1/predictions/?wait=30", data={"classifier": "photo"}, files={"image": ("a.txt", photo(300))})
    assert uploaded.json()["guesses"] == ask(owner, photo(300), "photo")["guesses"] == ask(owner, photo(300), "auto")["guesses"]


def test_photos_and_drawings_are_answered_side_by_side(owner: Caller) -> None:
    sent = [photo(90, seed) if seed % 2 else picture(90 + seed) for seed in range(12)]
    items: list[dict[str, Any]] = [{"image_base64": base64.b64encode(one).decode(), "classifier": "auto"} for one in sent]
    answer = owner.post("/api/v1/predictions/batch/?wait=30", json={"items": [*items, {"strokes": HOUSE}]})
    results = answer.json()["results"]
    assert [result["classifier"] for result in results] == ["doodle", "photo"] * 6 + ["doodle"]
    assert {result["status"] for result in results} == {"succeeded"}


def test_a_photo_among_the_drawings_is_answered_and_sent_on(owner: Caller) -> None:
    lost = ask(owner, photo(seed=5), "doodle")
    assert lost["suggested_classifier"] == "photo"
    found = ask(owner, photo(seed=5), lost["suggested_classifier"])
    assert found["image"]["id"] == lost["image"]["id"]
    assert found["guesses"] != lost["guesses"]
