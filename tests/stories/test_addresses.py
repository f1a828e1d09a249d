"""Pictures at addresses, fetched by a worker in a process of its own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from classifier.sources.url.client import REFUSED
from tests.factories import HOUSE, picture
from tests.hosts import Host, answering, host, late, redirecting
from tests.running import Caller, Site
from tests.servers import free_port

pytestmark = pytest.mark.tensorflow
PREDICTIONS = "/api/v1/predictions/"
SLOW_S = 8


@dataclass(frozen=True)
class Web:
    """Some hosts that may be fetched from, and one that may not."""

    pictures: Host
    texts: Host
    slow: Host
    canary: Host
    redirector: Host


@pytest.fixture(scope="module")
def web(site: Site) -> Iterator[Web]:
    with ExitStack() as stack:
        canary = stack.enter_context(host(answering(picture())))
        behaviours = (
            answering(picture(320)),
            answering(b"I am a text", content_type="image/png"),
            late(SLOW_S, answering(picture(200))),
            redirecting(canary.url),
        )
        pictures, texts, slow, redirector = (stack.enter_context(host(behaviour)) for behaviour in behaviours)
        fetcher = site.start_fetcher(*(known.place for known in (pictures, texts, slow, redirector)))
        yield Web(pictures, texts, slow, canary, redirector)
        site.workers.remove(fetcher)
        fetcher.terminate()
        fetcher.wait(20)


@pytest.fixture(scope="module")
def owner(site: Site) -> Iterator[Caller]:
    with closing(Caller(site, f"owner-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


@pytest.fixture(scope="module")
def other(site: Site) -> Iterator[Caller]:
    with closing(Caller(site, f"other-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


def ask(caller: Caller, address: str) -> dict[str, Any]:
    answer = caller.post(f"{PREDICTIONS}?wait=30", json={"image_url": address})
    assert answer.status_code == 200, answer.text
    prediction: dict[str, Any] = answer.json()
    return prediction


def test_a_picture_at_an_address_is_answered_like_the_same_bytes_uploaded(web: Web, owner: Caller) -> None:
    fetched = ask(owner, web.pictures.url("/house.png"))
    uploaded = owner.post(f"{PREDICTIONS}?wait=20", files={"image": ("house.png", picture(320))}).json()
    by_form = owner.post(f"{PREDICTIONS}?wait=20", files={"image_url": (None, web.pictures.url())}).json()
    assert fetched["status"] == "succeeded"
    assert fetched["guesses"] == uploaded["guesses"] == by_form["guesses"]
    assert fetched["image"] == uploaded["image"] == by_form["image"]
    assert fetched["image"]["source"] == "url"
    assert owner.get(fetched["image"]["url"]).status_code == 200


def test_a_slow_host_holds_up_nobody_else(web: Web, owner: Caller, other: Caller) -> None:
    queued = [owner.post(PREDICTIONS, json={"image_url": web.slow.url()}).json() for _ in range(3)]
    began = time.monotonic()
    assert other.post(f"{PREDICTIONS}?wait=20", json={"strokes": HOUSE}).json()["status"] == "succeeded"
    assert owner.post(f"{PREDICTIONS}?wait=20", json={"strokes": HOUSE}).json()["status"] == "succeeded"
    assert ask(other, web.pictures.url())["status"] == "succeeded"
    assert time.monotonic() - began < SLOW_S - 1
    first = owner.get(f"{PREDICTIONS}{queued[0]['id']}/").json()
    assert (first["status"], first["image"]["width"]) == ("queued", 0)
    assert owner.get(first["image"]["url"]).status_code == 404
    assert owner.get(first["image"]["url"].replace("/file/", "/seen/")).status_code == 404
    answered = [owner.get(f"{PREDICTIONS}{row['id']}/?wait=30").json() for row in queued]
    assert [row["status"] for row in answered] == ["succeeded"] * 3
    assert len({row["image"]["id"] for row in answered}) == 1


def test_private_addresses_are_refused_in_one_sentence_and_not_reached(web: Web, owner: Caller) -> None:
    addresses = [
        web.canary.url(),
        web.canary.url().replace("127.0.0.1", "localhost"),
        "http://[::ffff:127.0.0.1]/",
        web.redirector.url(),
    ]
    for address in addresses:
        prediction = ask(owner, address)
        assert (prediction["status"], prediction["guesses"]) == ("failed", [])
        assert prediction["error"] == {"code": "url_refused", "message": REFUSED}
    assert web.canary.connections == 0


def test_a_broker_that_is_away_only_costs_a_moment(lone_site: Site) -> None:
    lone_site.environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    with host(answering(picture())) as pictures:
        lone_site.start()
        lone_site.start_fetcher(pictures.place)
        with closing(Caller(lone_site, "owner")) as owner:
            assert ask(owner, pictures.url())["status"] == "succeeded"


def test_what_is_no_picture_says_so(web: Web, owner: Caller) -> None:
    assert ask(owner, web.texts.url("/cat.png"))["error"]["code"] == "unsupported_image"
