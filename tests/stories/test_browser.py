"""A person draws in a real browser and reads the answer."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.factories import PASSWORD, picture
from tests.running import Site

pytestmark = [pytest.mark.browser, pytest.mark.tensorflow]
HOUSE = [(0.2, 0.9), (0.2, 0.45), (0.5, 0.1), (0.8, 0.45), (0.8, 0.9), (0.2, 0.9)]


def draw(page: Page, points: list[tuple[float, float]]) -> None:
    box = page.locator("canvas").bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def ask(page: Page) -> None:
    page.get_by_role("button", name="What is it?").click()
    page.wait_for_url("**/images/**")


def test_draw_read_sign_up_and_find_it_in_the_history(page: Page) -> None:
    page.goto("/")
    draw(page, HOUSE)
    ask(page)
    guesses = page.locator(".guesses li")
    expect(guesses).to_have_count(3, timeout=10_000)
    expect(page.locator("main")).to_contain_text("house")
    result = page.url
    for picture_shown in page.locator("main img").all():
        assert picture_shown.evaluate("image => image.complete && image.naturalWidth") > 0
    page.goto("/accounts/signup/")
    page.get_by_label("Username").fill(f"ada-{uuid.uuid4().hex[:6]}")
    page.get_by_label("Email").or_(page.get_by_label("E-mail")).fill(f"{uuid.uuid4().hex[:8]}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign Up").click()
    page.wait_for_url("**/history/")
    entry = page.locator(f"a[href='{result.split(page.url.split('/history')[0])[1]}']")
    expect(entry.first).to_be_visible()
    expect(page.locator("main")).to_contain_text("house")


def test_undo_and_clear(page: Page) -> None:
    page.goto("/")
    send = page.get_by_role("button", name="What is it?")
    expect(send).to_be_disabled()
    draw(page, HOUSE)
    expect(send).to_be_enabled()
    page.get_by_role("button", name="Undo").click()
    expect(send).to_be_disabled()
    draw(page, HOUSE[:3])
    draw(page, HOUSE[3:])
    page.get_by_role("button", name="Clear").click()
    expect(send).to_be_disabled()


def test_a_finger_draws_without_moving_the_page(page: Page) -> None:
    page.goto("/")
    box = page.locator("canvas").bounding_box()
    assert box
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        points: list[dict[str, Any]] = [{"x": x, "y": y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    left, top, side = box["x"], box["y"], box["width"]
    finger("touchStart", (left + side * 0.2, top + side * 0.8))
    for step in range(10):
        finger("touchMove", (left + side * (0.2 + step * 0.06), top + side * (0.8 - step * 0.06)))
    finger("touchEnd")
    assert page.evaluate("window.scrollY") == 0
    expect(page.get_by_role("button", name="What is it?")).to_be_enabled()


def test_a_file_is_chosen_and_answered(page: Page) -> None:
    page.goto("/")
    page.locator("input[type=file]").set_input_files({"name": "house.png", "mimeType": "image/png", "buffer": picture()})
    page.wait_for_url("**/images/**")
    expect(page.locator(".guesses li")).to_have_count(3, timeout=10_000)


def hand_over(page: Page, content: bytes, event: str) -> None:
    """Drop a picture on the page, or paste it."""
    page.evaluate(
        """([text, name]) => {
          const files = new DataTransfer();
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          files.items.add(new File([bytes], 'house.png', { type: 'image/png' }));
          const event = name === 'drop' ? new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true })
            : new ClipboardEvent(name, { clipboardData: files, bubbles: true });
          document.body.dispatchEvent(event);
        }""",
        [base64.b64encode(content).decode(), event],
    )


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_is_handed_over_without_choosing_a_file(page: Page, event: str) -> None:
    page.goto("/")
    hand_over(page, picture(210), event)
    page.wait_for_url("**/images/**")
    expect(page.locator(".guesses li")).to_have_count(3, timeout=10_000)


def test_the_camera_of_a_phone_is_asked_for(page: Page) -> None:
    page.goto("/")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Take a photo").click()
    assert chosen.value.element.get_attribute("capture") == "environment"
    chosen.value.set_files({"name": "now.png", "mimeType": "image/png", "buffer": picture(220)})
    page.wait_for_url("**/images/**")
    expect(page.locator(".guesses li")).to_have_count(3, timeout=10_000)


def test_several_files_fill_in_one_page(page: Page) -> None:
    page.goto("/")
    files: list[FilePayload] = [
        {"name": f"{side}.png", "mimeType": "image/png", "buffer": picture(side)} for side in (200, 250, 300)
    ]
    files.append({"name": "<i>notes.txt", "mimeType": "text/plain", "buffer": b"I am a text"})
    page.locator("input[type=file]").set_input_files(files)
    page.wait_for_url("**/batches/**")
    expect(page.locator("#batch-say")).to_contain_text("3 of 3 pictures answered, 1 file refused", timeout=20_000)
    expect(page.locator(".cards > li")).to_have_count(4)
    expect(page.locator(".cards")).to_contain_text("<i>notes.txt")
    expect(page.locator("[hx-get]")).to_have_count(0)
    page.locator(".cards a").first.click()
    page.wait_for_url("**/images/**")
    expect(page.locator(".guesses li")).to_have_count(3)


def test_a_picture_sent_again_shows_its_earlier_answer(page: Page) -> None:
    for _ in range(2):
        page.goto("/")
        page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture(170)})
        page.wait_for_url("**/images/**")
        expect(page.locator(".guesses li")).to_have_count(3, timeout=10_000)
    expect(page.locator("main")).to_contain_text("You sent this before")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("main")).not_to_contain_text("You sent this before")
    expect(page.locator(".guesses li")).to_have_count(3, timeout=10_000)


def test_without_javascript_a_file_still_gets_its_answer(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url)
    page = context.new_page()
    page.goto("/")
    page.locator("input[type=file]").set_input_files({"name": "house.png", "mimeType": "image/png", "buffer": picture()})
    page.locator("form:has(input[type=file]) button[type=submit], form:has(input[type=file]) input[type=submit]").first.click()
    page.wait_for_url("**/images/**")
    expect(page.locator(".guesses li")).to_have_count(3, timeout=20_000)
    context.close()
