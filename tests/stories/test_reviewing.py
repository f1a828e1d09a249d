"""A person corrects an answer, and a reviewer clears the queue, by keyboard in a real browser."""

from __future__ import annotations

import re
import time
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

DOUBTED = """
from django.utils.crypto import get_random_string
from classifier.models import Classifier, Image, Sample, User
owner, doodle = User.objects.get(username={name!r}), Classifier.objects.get(slug="doodle")
given, dog = (doodle.labels.get(name=name) for name in ({label!r}, "dog"))
stroke = {{"source": "import", "width": 256, "height": 256, "content_type": "image/png"}}
for place in range({count}):
    image = Image.objects.create(owner=owner, sha256=get_random_string(64), strokes=[[[0, 90 + place], [0, 200]]], **stroke)
    Sample.objects.create(image=image, classifier=doodle, state="accepted", label=given, suspected=given, suggestion=dog,
                          suspicion=0.9, suspected_probability=0.01, suggestion_probability=0.93)
"""
DECIDED = """
from classifier.models import Sample
print(Sample.objects.filter(image__owner__username={name!r}, state="corrected").count())
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
    page.goto("/history/?corrected=true")
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
    expect(page.locator(".review-last")).to_contain_text("You said: dog")
    page.keyboard.press("?")
    expect(page.locator(".review-help")).to_have_attribute("open", "")
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/review/[0-9a-f-]{36}/\?(?!.*last=)"))
    undone = page.url
    page.keyboard.press("s")
    page.wait_for_url(lambda url: url != undone)
    page.goto("/review/?label=dog")
    expect(page.locator(".card")).to_have_count(2)
    page.goto("/review/?state=all&label=dog")
    expect(page.locator(".card").filter(has_text="unusable")).to_have_count(1)


def doubted(site: Site, count: int, label: str) -> str:
    """A reviewer with pictures of their own that are labelled so and that the network takes for dogs: their name."""
    name = corrected(site, 0)
    site.manage("shell", "-c", REVIEWER.format(name=name) + DOUBTED.format(name=name, count=count, label=label))
    return name


def decided(site: Site, name: str) -> int:
    return int(site.manage("shell", "-c", DECIDED.format(name=name)).split()[-1])


def test_a_hundred_samples_are_cleared_by_keyboard(page: Page, site: Site) -> None:
    name = doubted(site, 100, "cat")
    sign_in(page, name)
    page.goto("/review/?source=import&suggested=dog&label=cat")
    expect(page.locator("main")).to_contain_text("100 samples")
    expect(page.locator(".card").first).to_contain_text("labelled cat; the model says dog 0.93, cat 0.01")
    started = time.perf_counter()
    page.keyboard.press("Enter")
    for _ in range(100):
        page.wait_for_url("**/review/*-*/**", wait_until="domcontentloaded")
        before = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before, wait_until="domcontentloaded")  # type: ignore[misc]
    print(f"100 samples were cleared by keyboard in {time.perf_counter() - started:.1f} s.")
    expect(page.locator("main")).to_contain_text("That was the last one here.")
    assert decided(site, name) == 100


def test_the_grid_is_worked_by_mouse_and_keys(page: Page, site: Site) -> None:
    name = doubted(site, 30, "apple")
    sign_in(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/review/grid/?source=import&label=apple&suggested=dog&size=24")
    tiles, count = page.locator(".tile"), page.locator("[data-count]")
    tiles.nth(1).click()
    tiles.nth(4).click(modifiers=["Shift"])
    expect(count).to_have_text("4 selected")
    start, end = tiles.nth(7).bounding_box(), tiles.nth(9).bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 50, start["y"] + 60)
    page.mouse.down()
    page.mouse.move(end["x"] + 50, end["y"] + 60, steps=8)
    page.mouse.up()
    expect(count).to_have_text("7 selected")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(count).to_have_text("Select some first")
    page.keyboard.press("a")
    expect(count).to_have_text("24 selected")
    page.keyboard.press("Enter")
    page.wait_for_url("**together=**")
    expect(page.locator("main")).to_contain_text("Decided: 24 samples.")
    assert decided(site, name) == 24
    page.keyboard.press("u")
    expect(page.locator("main")).to_contain_text("Taken back: 24 samples.")
    assert decided(site, name) == 0
