"""The result page's lines for programs: sent as they stand, they ask about this very picture."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from classifier.models import Image, User
from tests.factories import make_answer, make_image, make_prediction

pytestmark = pytest.mark.django_db


def lines_on(page: Client, image: Image) -> list[str]:
    shown = page.get(f"/images/{image.pk}/").content.decode()
    return [html.unescape(code) for code in re.findall(r"<pre[^>]*><code>(.*?)</code>", shown, re.DOTALL)]


@pytest.fixture
def page(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_the_lines_of_a_drawing_ask_about_the_same_image(page: Client, api: APIClient, owner: User) -> None:
    image = make_answer(owner).image
    curl, python, javascript = lines_on(page, image)
    sent = json.loads(curl.split("-d '")[1].removesuffix("'"))
    assert sent == {"classifier": "doodle", "strokes": image.strokes}
    assert api.post("/api/v1/predictions/", sent).status_code == 202
    compile(python, "lines", "exec")
    assert "JSON.stringify({" in javascript
    assert all("$DOODLE_TOKEN" in curl or "DOODLE_TOKEN" in lines for lines in (curl, python, javascript))
    assert all("http://testserver/api/v1/predictions/?wait=10" in lines for lines in (curl, python, javascript))


def test_the_lines_of_a_picture_send_the_file(page: Client, owner: User) -> None:
    image = make_image(owner, strokes=None, pixels=b"picture", source="upload")
    make_prediction(image=image)
    curl, python, javascript = lines_on(page, image)
    assert f'-F "image=@{image.pk}.png" -F classifier=doodle' in curl
    compile(python, "lines", "exec")
    assert f"openAsBlob('{image.pk}.png')" in javascript


def test_what_has_not_come_yet_has_no_lines(page: Client, owner: User) -> None:
    image = make_image(owner, width=0, height=0, strokes=None, source="url")
    make_prediction(image=image)
    assert lines_on(page, image) == []
