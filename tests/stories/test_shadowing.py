"""A candidate answers beside the live version while somebody asks, who never hears of it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.factories import HOUSE, PASSWORD
from tests.running import Caller, Site
from tests.workshop import Maintainer, contrary_candidate

pytestmark = pytest.mark.tensorflow
ASKED = 3
SECONDS = 60


def test_a_candidate_answers_unseen_until_it_is_promoted(lone_site: Site) -> None:
    lone_site.start()
    candidate = contrary_candidate(lone_site)
    here = f"/api/v1/model-versions/{candidate}"
    with closing(Maintainer(lone_site)) as mary, closing(Caller(lone_site, "ada")) as ada:
        mary.post(f"{here}/shadow/").raise_for_status()
        answers = [ask(ada) for _ in range(ASKED)]
        lone_site.wait_until(lambda: mary.get(f"{here}/shadow/").json()["asked"] == ASKED, SECONDS)

        report = mary.get(f"{here}/shadow/").json()
        (pair,) = report["pairs"]
        assert (report["differing"], pair["pictures"], pair["live"]) == (ASKED, ASKED, answers[0]["guesses"][0]["label"])
        assert report["speed"]["times"] > 0
        assert report["pictures"] == []  # they are ada's, and nobody has said anything about them
        assert f"{pair['live']} {pair['shadow']} {ASKED}" in page_of(mary, candidate)

        assert all(answer["model_version"] != candidate for answer in answers)
        again = [ada.get(f"/api/v1/predictions/{answer['id']}/").json() for answer in answers]
        assert [row["guesses"] for row in again] == [answer["guesses"] for answer in answers]
        assert pair["shadow"] not in ada.get("/api/v1/predictions/").text
        assert ada.get(f"{here}/shadow/").status_code == 403

        mary.post(f"{here}/promote/", json={"note": "To see it end."}).raise_for_status()
        ended = mary.get(f"{here}/shadow/").json()
        assert (ended["shadows_since"], ended["asked"]) == (None, ASKED)


def ask(caller: Caller) -> dict[str, Any]:
    answered: dict[str, Any] = caller.post("/api/v1/predictions/?wait=20", json={"strokes": HOUSE}).raise_for_status().json()
    assert answered["status"] == "succeeded", answered["error"]
    return answered


def page_of(mary: Maintainer, version: str) -> str:
    """The text of the version's page, as she reads it."""
    with httpx.Client(base_url=mary.site.url, follow_redirects=True) as browser:
        browser.get("/accounts/login/")
        fields = {"login": mary.name, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        browser.post("/accounts/login/", data=fields, headers={"Referer": mary.site.url}).raise_for_status()
        shown = browser.get(f"/workshop/versions/{version}/").raise_for_status().text
    return " ".join(shown.replace("<td>", " ").replace("</td>", " ").replace('<td class="end">', " ").split())
