"""What the site answers about classifiers, samples, training and versions."""

from __future__ import annotations

from typing import Any

from tests.clients.scripted import ID, IMAGE_ID

MADE_AT = "2026-01-31T08:00:00Z"
CLASSIFIER = {"slug": "mine", "title": "Mine", "kind": "drawing", "created_at": MADE_AT}
CHANGE = {"id": ID, "kind": "merged", "old": "cat", "new": "dog", "samples": 14, "by": "ada", "created_at": MADE_AT}
DETAIL = {**CLASSIFIER, "opinions": 1, "known_share": 0, "labels": ["cat", "dog"], "waiting_labels": ["dog"]}
VERSION = {
    "id": ID, "name": "mine 2", "classifier": "mine", "number": 2, "stage": "candidate", "title": "Mine", "bundled": False,
    "training_run": ID, "damage": "", "created_at": MADE_AT, "promoted_at": None,
}  # fmt: skip
REVIEW = {
    "id": ID, "image": IMAGE_ID, "classifier": "doodle", "verdict": "corrected", "label": "barn", "reason": "", "role": "owner",
    "by": "ada", "old_state": "new", "old_label": None, "new_state": "corrected", "new_label": "barn", "model_version": None,
    "undoes": None, "undone": False, "one_of": None, "seen": "1", "created_at": MADE_AT,
}  # fmt: skip


def sample(**fields: Any) -> dict[str, Any]:
    image = {"id": IMAGE_ID, "url": f"/api/v1/images/{IMAGE_ID}/file/", "width": 256, "height": 256, "source": "canvas"}
    return {
        "id": ID, "classifier": "mine", "state": "new", "label": "cat", "word": {"verdict": "corrected", "label": "dog"},
        "seen": "7", "changed_at": MADE_AT, "reason": "disputed", "suspicion": 0.75, "suggestion": "dog",
        "probability": 0.01, "opinions": 0, "opinions_needed": 1,
        "doubt": "labelled cat; the model says dog 0.93", "image": image, **fields,
    }  # fmt: skip


def reviewer(**fields: Any) -> dict[str, Any]:
    return {
        "name": "rita", "decided": 9, "second_looks": 4, "agreed": 3, "opinions": 10, "with_others": 0.9, "kappa": 0.8,
        "tried": 20, "right": 18, "rightness": {"value": 0.9, "low": 0.7, "high": 0.97}, "seconds": 2.5, **fields,
    }  # fmt: skip


HEALTH = {
    "balance": {"says": "Even.", "samples": 9, "largest": [{"label": "cat", "samples": 5}], "smallest": []},
    "quality": {
        "says": "Good.", "expects": "More.", "judged": 3, "changed": {"value": 0.1, "low": 0.0, "high": 0.2}, "unjudged": 1,
        "expected": None, "often_wrong": [{"label": "cat", "judged": 3, "changed": {"value": 0.1, "low": 0.0, "high": 0.2}}],
    },
    "overlap": {"says": "Little.", "corrections": 1, "pairs": [{"one": "cat", "other": "dog", "samples": 1}]},
    "drift": {
        "says": "None.", "found": False, "answers": 4, "samples": 9, "statistic": 0.5, "p": 0.6,
        "shifts": [{"label": "cat", "answered": 0.5, "accepted": 0.4}],
    },
}  # fmt: skip


def run(status: str = "queued", **fields: Any) -> dict[str, Any]:
    """As the list has it."""
    return {
        "id": ID, "classifier": "mine", "recipe": "people", "status": status, "reason": "", "progress": 0.25, "epoch": 1,
        "epochs": 4, "model_version": ID if status == "succeeded" else None, "start_from": None, "training_set": None,
        "requested_by": "ada", "created_at": MADE_AT, "started_at": None, "finished_at": None, **fields,
    }  # fmt: skip


def whole_run(status: str = "queued", **fields: Any) -> dict[str, Any]:
    """As it stands alone."""
    return {**run(status, **fields), "history": [{"loss": 0.5}], "log": "epoch 1"}


def shadow(**fields: Any) -> dict[str, Any]:
    image = {"id": IMAGE_ID, "url": f"/api/v1/images/{IMAGE_ID}/file/", "width": 256, "height": 256, "source": "canvas"}
    return {
        "version": ID, "shadows_since": MADE_AT, "asked": 9, "differing": 2,
        "pairs": [{"live": "cat", "shadow": "dog", "pictures": 2}], "speed": {"live_ms": 4.0, "shadow_ms": 10.0, "times": 2.5},
        "pictures": [{"image": image, "live": "cat", "shadow": "dog", "probability": 0.75}], **fields,
    }  # fmt: skip
