"""Somebody asks why: a worker in a process of its own finds where the evidence is and what the picture is like."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import Page, expect

from classifier.ml import catalog
from classifier.ml.neighbours import KeptExamples
from tests.running import Caller, Site
from tests.stories.test_browser import ask, draw

pytestmark = pytest.mark.tensorflow
SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent.parent / "ml" / "samples" / "quickdraw.json").read_text())[
    "drawings"
]
HOUSE = next(sample["drawing"] for sample in SAMPLES if sample["word"] == "house")


@pytest.fixture(scope="module")
def owner(site: Site) -> Iterator[Caller]:
    with closing(Caller(site, f"owner-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


def soon(site: Site, caller: Caller, address: str) -> httpx.Response:
    """The answer once it is made; until then it is 202."""
    answers = [caller.get(address)]

    def made() -> bool:
        answers.append(caller.get(address))
        assert answers[-1].status_code in (200, 202), answers[-1].text
        return answers[-1].status_code == 200

    site.wait_until(made, 60)
    return answers[-1]


def test_a_drawing_is_explained_by_where_and_by_what(site: Site, owner: Caller) -> None:
    prediction = owner.post("/api/v1/predictions/?wait=20", json={"strokes": HOUSE}).json()
    assert prediction["guesses"][0]["label"] == "house"
    address = f"/api/v1/images/{prediction['image']['id']}/explanation/?prediction={prediction['id']}&label=house"
    assert owner.get(address).status_code == 202
    told = soon(site, owner, address).json()
    assert told["error"] is None
    assert [one["label"] for one in told["nearest"]].count("house") >= 2
    rival = prediction["guesses"][1]
    assert told["sentence"].startswith("Nearest example: house (0.")
    assert f"Runner-up: {rival['label']}, {rival['probability']:.2f}, whose nearest example is" in told["sentence"]
    heat = orange(owner.get(told["heatmap"]))
    assert min(heat.shape) >= 280
    top, bottom = heat[: len(heat) // 2], heat[len(heat) // 2 :]
    assert top.sum() > 1.5 * bottom.sum(), "What makes it a house is its roof."


def orange(answer: httpx.Response) -> Any:
    assert answer.headers["Content-Type"] == "image/png"
    shown = np.asarray(PIL.Image.open(io.BytesIO(answer.content)).convert("RGB"), dtype=float)
    return np.maximum(shown[..., 0] - shown[..., 2], 0)


def test_a_photo_is_explained_by_photos(site: Site, owner: Caller) -> None:
    kept = KeptExamples.load(catalog.PRETRAINED / "photo" / "examples.npz")
    file = io.BytesIO()
    PIL.Image.fromarray(kept.pictures[0]).save(file, "PNG")
    sent = owner.post("/api/v1/predictions/?wait=20", data={"classifier": "photo"}, files={"image": ("it.png", file.getvalue())})
    address = f"/api/v1/images/{sent.json()['image']['id']}/explanation/"
    nearest = soon(site, owner, address).json()["nearest"][0]
    assert nearest["alike"] > 0.99, "It is one of those that the network learnt from."
    assert nearest["picture"].startswith("data:image/png")


def test_somebody_asks_why_by_keyboard(page: Page) -> None:
    page.goto("/")
    draw(page, [(0.2, 0.5), (0.5, 0.2), (0.8, 0.5)])
    draw(page, [(0.2, 0.5), (0.2, 0.9), (0.8, 0.9), (0.8, 0.5), (0.2, 0.5)])
    ask(page)
    link = page.get_by_role("link", name="Why?")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="What the network saw, with orange")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Nearest example:")).to_be_visible()
    page.get_by_role("navigation", name="Other guesses").get_by_role("link").nth(1).click()
    expect(page.get_by_text("The best guess:")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("heading", name="Was this right?")).to_be_visible()
