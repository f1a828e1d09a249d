"""A reviewer looks in place why the network said so, and how the drawing was drawn, and judges on."""

from __future__ import annotations

import re
import uuid
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.factories import HOUSE
from tests.running import Caller, Site
from tests.stories.test_reviewing import REVIEWER, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.tensorflow]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def reviewer(site: Site) -> str:
    """Somebody whose three drawings are barns, they say: their name."""
    name = f"rita-{uuid.uuid4().hex[:6]}"
    with closing(Caller(site, name)) as caller:
        for moved in range(3):
            strokes = [[[x + moved * (place % 3) for place, x in enumerate(stroke[0])], stroke[1]] for stroke in HOUSE]
            sent = caller.post("/api/v1/predictions/?wait=20", json={"strokes": strokes}).raise_for_status().json()
            said = {"classifier": "doodle", "verdict": "corrected", "label": "barn"}
            caller.post(f"/api/v1/images/{sent['image']['id']}/reviews/", json=said).raise_for_status()
    site.manage("shell", "-c", REVIEWER.format(name=name))
    return name


def test_the_reasons_open_in_place_and_judging_goes_on(page: Page, reviewer: str) -> None:
    sign_in(page, reviewer)
    page.goto("/review/?label=barn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/*-*/**")
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        judge(page)  # what is decided now is shown with the next
        look(page)
    judge(page)
    expect(page.locator("main")).to_contain_text("That was the last one")


def judge(page: Page) -> None:
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def look(page: Page) -> None:
    before = page.url
    heat_map = page.get_by_role("img", name="What the network saw, with orange")
    expect(heat_map).to_have_count(0)
    page.keyboard.press("w")
    expect(heat_map).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Nearest example:")).to_be_visible()
    alike = page.get_by_role("region", name="Labelled here, and most alike").get_by_role("link")
    expect(alike.first).to_be_visible()
    expect(alike.first.get_by_role("img")).to_have_attribute("alt", re.compile("^barn, "))
    assert not page.evaluate(TOO_WIDE)
    page.keyboard.press("p")
    expect(page.locator(".frame canvas")).to_be_visible()
    expect(page.locator(".frame canvas")).to_have_count(0, timeout=10_000)
    page.keyboard.press("w")
    expect(heat_map).not_to_be_visible()
    assert page.url == before
