"""A label is added, learnt and answered, others are renamed and merged, while versions stay what they are."""

from __future__ import annotations

import random
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.running import Site
from tests.workshop import EACH, SECONDS, Maintainer, shaken

pytestmark = pytest.mark.tensorflow
TIGER: list[tuple[float, float]] = [(20 * step, 40 + 180 * (step % 2)) for step in range(13)]
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}


def best(answer: dict[str, Any]) -> tuple[str, str]:
    assert answer["status"] == "succeeded", answer
    return answer["guesses"][0]["label"], answer["model_version"]


def test_labels_are_added_renamed_and_merged_and_versions_of_before_and_after_say_todays(mary: Maintainer) -> None:
    slug, chance = mary.make_classifier(), random.Random(3)
    here, tiger = f"/api/v1/classifiers/{slug}/", shaken(TIGER, random.Random(4))
    run = mary.wait_for_end(mary.start_training(slug))
    mary.promote(run)
    first, old = run["model_version"], mary.ask(slug, "triangle")
    assert best(old) == ("triangle", first)

    assert mary.patch(f"{here}labels/triangle/", json={"name": "tent/house"}).status_code == 200
    assert mary.patch(f"{here}labels/tent%2Fhouse/", json={"name": "tent"}).status_code == 200
    assert best(mary.ask(slug, "triangle")) == ("tent", first)
    assert mary.get(f"/api/v1/predictions/{old['id']}/").json()["guesses"] == old["guesses"]
    found = mary.get("/api/v1/predictions/", params={"label": "tent", "classifier": slug}).json()["results"]
    assert old["id"] in [row["id"] for row in found]

    merged = mary.post(f"{here}labels/line/merge/", json={"into": "square"}).raise_for_status().json()
    assert (merged["samples"], merged["new"]) == (EACH, "square")
    answer = mary.ask(slug, "line")
    assert best(answer) == ("square", first)
    assert sum(guess["probability"] for guess in answer["guesses"]) == pytest.approx(1, abs=1e-5)
    assert set(mary.get(f"/api/v1/model-versions/{first}/confusion/").json()["labels"]) == {"tent", "square"}

    mary.post(f"{here}labels/", json={"name": "tiger"}).raise_for_status()
    assert mary.get(here).json()["waiting_labels"] == ["tiger"]
    assert {guess["label"] for guess in mary.ask_about(slug, tiger)["guesses"]} == {"tent", "square"}
    for _ in range(EACH):
        mary.post(f"{here}samples/", json={"strokes": shaken(TIGER, chance), "label": "tiger"}).raise_for_status()
    run = mary.wait_for_end(mary.start_training(slug))
    second = run["model_version"]
    comparison = f"/api/v1/model-versions/{second}/comparison/"
    mary.site.wait_until(lambda: mary.get(comparison).status_code == 200, SECONDS)
    classes = {row["label"]: row["before"] for row in mary.get(comparison).json()["classes"]}
    assert classes.pop("tiger", None) is None
    assert set(classes) <= {"tent", "square"}
    assert all(classes.values())

    mary.promote(run)
    mary.site.wait_until(lambda: best(mary.ask_about(slug, tiger)) == ("tiger", second), 30)
    assert mary.get(here).json()["waiting_labels"] == []
    mary.post(f"/api/v1/model-versions/{second}/roll-back/").raise_for_status()
    mary.site.wait_until(lambda: best(mary.ask(slug, "triangle")) == ("tent", first), 30)


@pytest.mark.parametrize("size", SIZES)
def test_a_maintainer_changes_labels_by_page(site: Site, page: Page, size: str) -> None:
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    with closing(Maintainer(site)) as mary:
        slug, name = mary.make_classifier(), mary.name
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda address: "login" not in address)
    page.goto(f"/workshop/classifiers/{slug}/")
    page.get_by_label("New label").fill("tiger")
    page.get_by_role("button", name="Add", exact=True).press("Enter")
    labels = page.get_by_role("region", name="Labels")
    labels.get_by_text("What changed").click()
    expect(labels.get_by_text("tiger was added")).to_be_visible()
    page.get_by_text("Rename or merge").click()
    renaming = page.get_by_role("form", name="Rename a label")
    renaming.get_by_label("Label").select_option("triangle")
    renaming.get_by_label("is called").fill("tent & pole")
    renaming.get_by_role("button").click()
    expect(page.get_by_text("triangle is called tent & pole from now on")).to_be_visible()
    page.get_by_text("Rename or merge").click()
    merging = page.get_by_role("form", name="Merge a label into another")
    merging.get_by_label("Label").select_option("tent & pole")
    merging.get_by_label("becomes part of").select_option("square")
    merging.get_by_role("button").click()
    expect(page.get_by_text("This cannot be undone.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Merge tent & pole into square").click()
    labels.get_by_text("What changed").click()
    expect(labels.get_by_text(f"tent & pole became part of square, with {EACH} pictures")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
