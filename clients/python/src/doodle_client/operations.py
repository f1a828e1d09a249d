"""The calls that the client makes, as they stand in the site's OpenAPI description."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import quote

from doodle_client.errors import BadInput

ROOT = "/api/v1/"


Id: TypeAlias = str | uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, to be sent `after` so many seconds; it may take `wait` seconds longer than others."""

    method: str
    path: str
    repeatable: bool
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None
    files: Mapping[str, tuple[str, bytes]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: int = 0
    after: float = 0


@dataclass(frozen=True)
class Operation:
    """A method and a path. With `keyed` the site honours an Idempotency-Key, and takes a repetition as one."""

    method: str
    path: str
    keyed: bool = False

    def request(
        self,
        id: Id | None = None,
        *,
        slug: str | None = None,
        name: str | None = None,
        wait: int = 0,
        key: str | None = None,
        **parts: Any,
    ) -> Request:
        """`slug` names a classifier, `name` one of its labels. Raises BadInput where `id` is none, or another of them."""
        request = Request(
            method=self.method,
            path=ROOT + self.path.format(id=_checked(id), slug=_checked_slug(slug), name=_checked_name(name)),
            repeatable=self.keyed or self.method not in ("POST", "PATCH"),
            headers={"Idempotency-Key": key or str(uuid.uuid4())} if self.keyed else {},
            **parts,
        )
        return replace(request, wait=wait, params={**request.params, "wait": wait}) if wait else request


PREDICT = Operation("POST", "predictions/", keyed=True)
PREDICT_BATCH = Operation("POST", "predictions/batch/", keyed=True)
PREDICTIONS = Operation("GET", "predictions/")
PREDICTION = Operation("GET", "predictions/{id}/")
DELETE_PREDICTION = Operation("DELETE", "predictions/{id}/")
IMAGE = Operation("GET", "images/{id}/")
IMAGE_FILE = Operation("GET", "images/{id}/file/")
IMAGE_SEEN = Operation("GET", "images/{id}/seen/")
HEATMAP = Operation("GET", "images/{id}/heatmap/")
EXPLANATION = Operation("GET", "images/{id}/explanation/")
DELETE_IMAGE = Operation("DELETE", "images/{id}/")
REVIEW = Operation("POST", "images/{id}/reviews/", keyed=True)
REVIEWS = Operation("GET", "images/{id}/reviews/")
UNDO_REVIEW = Operation("POST", "reviews/{id}/undo/", keyed=True)
QUEUE = Operation("GET", "review/queue/")
NEXT = Operation("POST", "review/next/")
REVIEW_BATCH = Operation("POST", "review/batch/", keyed=True)
UNDO_REVIEW_BATCH = Operation("POST", "review/batch/{id}/undo/", keyed=True)
REVIEWERS = Operation("GET", "review/reviewers/")
MARK_KNOWN = Operation("PUT", "images/{id}/known/")
CLASSIFIERS = Operation("GET", "classifiers/")
CREATE_CLASSIFIER = Operation("POST", "classifiers/", keyed=True)
CLASSIFIER = Operation("GET", "classifiers/{slug}/")
ADD_LABEL = Operation("POST", "classifiers/{slug}/labels/", keyed=True)
RENAME_LABEL = Operation("PATCH", "classifiers/{slug}/labels/{name}/")
MERGE_LABELS = Operation("POST", "classifiers/{slug}/labels/{name}/merge/", keyed=True)
LABEL_CHANGES = Operation("GET", "classifiers/{slug}/label-changes/")
CHANGE_CLASSIFIER = Operation("PATCH", "classifiers/{slug}/")
HEALTH = Operation("GET", "classifiers/{slug}/health/")
ADD_SAMPLE = Operation("POST", "classifiers/{slug}/samples/", keyed=True)
NEXT_TO_LABEL = Operation("GET", "classifiers/{slug}/next-to-label/")
TRAIN = Operation("POST", "training-runs/", keyed=True)
TRAINING_RUNS = Operation("GET", "training-runs/")
TRAINING_RUN = Operation("GET", "training-runs/{id}/")
CANCEL_TRAINING = Operation("POST", "training-runs/{id}/cancel/")
MODEL_VERSIONS = Operation("GET", "model-versions/")
PROMOTE = Operation("POST", "model-versions/{id}/promote/")
ROLL_BACK = Operation("POST", "model-versions/{id}/roll-back/")
SHADOW = Operation("POST", "model-versions/{id}/shadow/")
UNSHADOW = Operation("POST", "model-versions/{id}/unshadow/")
SHADOW_REPORT = Operation("GET", "model-versions/{id}/shadow/")
TOKENS = Operation("GET", "tokens/")
CREATE_TOKEN = Operation("POST", "tokens/", keyed=True)
REVOKE_TOKEN = Operation("DELETE", "tokens/{id}/")
SIGN_UP = Operation("POST", "users/", keyed=True)


def _checked(id: Id | None) -> str:
    return "" if id is None else checked(id)


def checked(id: Id) -> str:
    """Raises BadInput."""
    try:
        return str(uuid.UUID(str(id)))
    except ValueError as error:
        raise BadInput(f"{str(id)!r} is no id. Ids look like 019abcde-0123-7abc-8def-0123456789ab.") from error


def _checked_slug(slug: str | None) -> str:
    if slug is None or re.fullmatch(r"[-\w]+", slug, re.ASCII):
        return slug or ""
    raise BadInput(f"{slug!r} is no classifier's slug. Slugs have letters, digits, - and _ only, such as doodle.")


def _checked_name(name: str | None) -> str:
    """Encoded whole, so that a slash in it stays in it."""
    if name in ("", ".", ".."):
        raise BadInput(f"{name!r} is no label. Say which one you mean.")
    return quote(name or "", safe="")
