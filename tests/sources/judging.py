"""How the files of the corpus are sent, and what a strict decoder makes of them."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from classifier.actions.claim_fetch import claim_fetch
from classifier.actions.record_fetch import record_fetch
from classifier.ml.pixels import FORMATS, MAX_BYTES, MAX_LENGTH, MAX_PIXELS
from classifier.models import Prediction
from classifier.sources import url
from classifier.sources.submission import BadSubmission, Submission
from classifier.sources.url.client import Rules
from tests.hosts import Host, answering

PREDICTIONS = "/api/v1/predictions/"
REFUSALS = (400, 413, 415)
CODES = {"bad_image", "unsupported_image", "image_too_large"}
NOT_BROUGHT = "url_refused"  # by address: a host that sends too many bytes is not told from one that must not be reached


@dataclass(frozen=True)
class Verdict:
    """What became of a file: the HTTP status, 200 or 400 where a worker fetched it; and the code of the refusal."""

    status: int
    code: str = ""

    @property
    def accepted(self) -> bool:
        return self.status in (200, 202)

    @property
    def sound(self) -> bool:
        """Taken, or refused in the one shape by a known code."""
        return self.accepted or (self.status in REFUSALS and self.code in {*CODES, NOT_BROUGHT})


def strictly_decodes(data: bytes) -> bool:
    """Whether Pillow alone takes the file without a complaint, within the site's limits."""
    if len(data) > MAX_BYTES:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_LENGTH:
                    return False
                image.verify()
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                image.load()
        except Exception:
            return False
    return True


def by_upload(api: APIClient, name: str, data: bytes) -> Verdict:
    """The name is a lie as often as not."""
    ending = ("png", "jpg", "exe", "html")[len(name) % 4]
    return _verdict(api.post(PREDICTIONS, {"image": SimpleUploadedFile(f"a.{ending}", data, "image/png")}, format="multipart"))


def by_base64(api: APIClient, name: str, data: bytes) -> Verdict:
    return _verdict(
        api.post(PREDICTIONS, {"image_base64": f"data:image/png;base64,{base64.b64encode(data).decode()}"}, format="json")
    )


def by_address(api: APIClient, name: str, data: bytes, host: Host) -> Verdict:
    """From a host on this machine, by the same two actions and the same client as the fetching worker."""
    host.behaviour = answering(data)
    asked = api.post(PREDICTIONS, {"image_url": host.url(f"/{len(name)}")}, format="json")
    fetch = claim_fetch()
    assert fetch
    record_fetch(fetch=fetch, result=_brought(fetch.url, host))
    prediction = Prediction.objects.select_related("image").get(pk=asked.json()["id"])
    if prediction.error_code:
        return Verdict(400, prediction.error_code)
    return Verdict(200 if prediction.image.width else 500)


def _brought(address: str, host: Host) -> Submission | BadSubmission:
    try:
        return url.bring(address, Rules(allowed=frozenset({host.place})))
    except BadSubmission as refusal:
        return refusal


def _verdict(answer: Any) -> Verdict:
    body = answer.json()
    if answer.status_code == 202:
        return Verdict(202)
    error = body["error"]
    shaped = set(error) == {"code", "message", "fields"} and error["message"].endswith(".")
    return Verdict(answer.status_code, error["code"] if shaped else f"another shape: {body}")
