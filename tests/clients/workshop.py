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
        "probability": 0.01, "opinions": 1, "opinions_needed": 2,
        "doubt": "labelled cat; the model says dog 0.93", "image": image, **fields,
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
