"""A bulk of pictures in one ZIP, and a webhook that is told of them, with the process that unpacks and delivers."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.factories import HOUSE, picture, zipped
from tests.hosts import Host, host, keeping
from tests.running import Caller, Site

pytestmark = pytest.mark.tensorflow
BATCHES, PREDICTIONS, WEBHOOKS = "/api/v1/batches/", "/api/v1/predictions/", "/api/v1/webhooks/"
PICTURES = 150
Received = list[tuple[bytes, bytes]]


@pytest.fixture(scope="module")
def received() -> Received:
    return []


@pytest.fixture(scope="module")
def receiver(site: Site, received: Received) -> Iterator[Host]:
    """A program of the owner's that may be told, and the process that tells it."""
    with host(keeping(received)) as listening:
        fetcher = site.start_fetcher(listening.place)
        yield listening
        site.workers.remove(fetcher)
        fetcher.terminate()
        fetcher.wait(20)


@pytest.fixture
def owner(site: Site) -> Iterator[Caller]:
    with closing(Caller(site, f"owner-{uuid.uuid4().hex[:8]}")) as caller:
        yield caller


def told(received: Received, kind: str, id: str) -> tuple[dict[str, str], bytes] | None:
    """The headers and the body with which the receiver was told, if it was."""
    for head, body in list(received):
        said = json.loads(body)
        if (said["type"], said["data"]["id"]) == (kind, id):
            return dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:]), body
    return None


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def test_a_zip_is_sent_polled_and_read_as_csv_and_as_json_lines(site: Site, owner: Caller, receiver: Host) -> None:
    files: dict[str | zipfile.ZipInfo, bytes] = {f"{number}.png": picture(40 + number) for number in range(PICTURES)}
    content = zipped({**files, "notes.txt": b"I am a text"})
    sent = owner.post(BATCHES, files={"file": ("drawings.zip", content)}, headers={"Idempotency-Key": "mine"})
    assert (sent.status_code, sent.json()["total"]) == (202, PICTURES + 1)
    again = owner.post(BATCHES, files={"file": ("drawings.zip", content)}, headers={"Idempotency-Key": "mine"})
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (sent.json()["id"], "true")
    site.wait_until(lambda: owner.get(sent.headers["Location"]).json()["status"] == "settled", 60)
    state = owner.get(sent.headers["Location"]).json()
    assert (state["done"], state["failed"], state["problem"]) == (PICTURES, 1, "")
    results = f"{sent.headers['Location']}results/"
    lines = [json.loads(line) for line in owner.get(results, params={"format": "jsonl"}).text.splitlines()]
    table = list(csv.DictReader(io.StringIO(owner.get(results, headers={"Accept": "text/csv"}).text, newline="")))
    assert [line["name"] for line in lines] == [row["name"] for row in table] == [*files, "notes.txt"]
    assert [line["label"] or "" for line in lines] == [row["label"] for row in table]
    assert {line["status"] for line in lines[:-1]} == {"succeeded"}
    assert lines[-1]["status"] == "refused"
    alone = owner.post(f"{PREDICTIONS}?wait=20", files={"image": files["50.png"]}).json()
    assert lines[50]["label"] == alone["guesses"][0]["label"]


def logged(owner: Caller, webhook: str) -> set[tuple[str, str, int]]:
    log = owner.get(f"{WEBHOOKS}{webhook}/deliveries/").json()["results"]
    return {(row["event"], row["status"], row["last_status"]) for row in log}


def test_a_webhook_is_told_of_a_picture_and_of_a_bulk_and_signs(
    site: Site, owner: Caller, receiver: Host, received: Received
) -> None:
    made = owner.post(WEBHOOKS, json={"url": receiver.url("/told")}).json()
    asked = owner.post(PREDICTIONS, json={"strokes": HOUSE}).json()
    sent = owner.post(BATCHES, files={"file": ("two.zip", zipped({"a.png": picture(50), "b.png": picture(60)}))})
    for kind, id in (("prediction.settled", asked["id"]), ("batch.settled", sent.json()["id"])):
        site.wait_until(lambda kind=kind, id=id: told(received, kind, id), 30)
        headers, body = told(received, kind, id) or ({}, b"")
        assert headers["webhook-signature"] == signature(made["secret"], headers, body)
        assert owner.get(json.loads(body)["data"]["url"]).json()["status"] in ("succeeded", "settled")
    delivered = {("prediction.settled", "delivered", 204), ("batch.settled", "delivered", 204)}
    site.wait_until(lambda: logged(owner, made["id"]) == delivered, 30)  # it is noted a moment after it is told
