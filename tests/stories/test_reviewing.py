"""A person corrects an answer, and a reviewer clears the queue, by keyboard in a real browser."""

from __future__ import annotations

import re
import uuid
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import HOUSE, PASSWORD
from tests.running import Caller, Site

pytestmark = [pytest.mark.browser, pytest.mark.tensorflow]
REVIEWER = """
from classifier.models import User
from django.contrib.auth.models import Group
User.objects.get(username={name!r}).groups.add(Group.objects.get(name="reviewers"))
"""


def corrected(site: Site, count: int) -> str:
    """Somebody's pictures that they called a dog: their name."""
    name = f"ada-{uuid.uuid4().hex[:6]}"
    with closing(Caller(site, name)) as caller:
        for moved in range(count):
            strokes = [[[x + moved * (place % 3) for place, x in enumerate(stroke[0])], stroke[1]] for stroke in HOUSE]
            sent = caller.post("/api/v1/predictions/?wait=20", json={"strokes": strokes}).raise_for_status().json()
            said = {"classifier": "doodle", "verdict": "corrected", "label": "dog"}
            caller.post(f"/api/v1/images/{sent['image']['id']}/reviews/", json=said).raise_for_status()
    return name


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/history/")


def ask(page: Page) -> None:
    page.goto("/")
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 220, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="What is it?").click()
    page.wait_for_url("**/images/**")
    expect(page.locator("#verdict")).to_be_visible(timeout=10_000)


def test_one_key_says_what_it_was_and_another_takes_it_back(page: Page) -> None:
    ask(page)
    second = page.locator(".guess-label").nth(1).inner_text()
    page.keyboard.press("2")
    expect(page.locator("#verdict")).to_contain_text(f"You said: {second}.")
    page.keyboard.press("u")
    expect(page.locator("#verdict")).not_to_contain_text("You said")
    search = page.get_by_label("Something else")
    search.fill("cat")
    search.press("2")  # typed, not chosen
    expect(search).to_have_value("cat2")
    search.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no label")
    page.get_by_label("Something else").fill("caterpillar"[:3])
    page.get_by_label("Something else").press("Enter")
    expect(page.locator("#verdict")).to_contain_text("You said: cat.")
    page.goto("/history/?corrected")
    expect(page.locator(".card")).to_contain_text("You said: cat")


def test_without_javascript_a_word_is_given_and_taken_back(browser: Browser, page: Page, site: Site) -> None:
    ask(page)
    context = browser.new_context(java_script_enabled=False, base_url=site.url, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(page.url)
    plain.locator(".verdict-choices button").nth(1).click()
    expect(plain.locator("#verdict")).to_contain_text("You said:")
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator("#verdict")).not_to_contain_text("You said:")
    context.close()


def test_a_reviewer_clears_the_queue_without_a_mouse(page: Page, site: Site) -> None:
    corrected(site, 5)
    reviewer = corrected(site, 0)
    site.manage("shell", "-c", REVIEWER.format(name=reviewer))
    sign_in(page, reviewer)
    page.goto("/review/?label=dog")
    expect(page.locator(".card")).to_have_count(5)
    page.keyboard.press("Enter")
    for key in ("Enter", "1", "x", "Enter"):
        page.wait_for_url("**/review/*-*/**")
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
    expect(page.locator(".review-last")).to_contain_text("decided: dog")
    page.keyboard.press("?")
    expect(page.locator(".review-help")).to_have_attribute("open", "")
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/review/[0-9a-f-]{36}/\?(?!.*last=)"))
    page.keyboard.press("s")
    page.wait_for_url(re.compile(r"/review/[0-9a-f-]{36}/"))
    page.goto("/review/?label=dog")
    expect(page.locator(".card")).to_have_count(2)
    page.goto("/review/?state=all&label=dog")
    expect(page.locator(".card").filter(has_text="unusable")).to_have_count(1)
