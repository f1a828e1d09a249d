"""An example for everything in the OpenAPI description: written here where it carries meaning, else made from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifier.api.codes import CODES

Schema = Mapping[str, Any]
ID = "019a7b3c-5f10-7a42-9c1d-2b6f0e8d4a11"
MOMENT = "2026-05-04T10:15:30.123456Z"
STROKES = [[[0, 0, 128, 255, 255, 0], [255, 100, 0, 100, 255, 255]]]
GUESSES = [
    {"label": "house", "probability": 0.912345},
    {"label": "barn", "probability": 0.041022},
    {"label": "envelope", "probability": 0.012},
]

WRITTEN: dict[str, Any] = {
    "PredictionInputRequest": {"classifier": "doodle", "strokes": STROKES},
    "PredictionUploadRequest": {"classifier": "auto", "image": "the file"},
    "BatchInputRequest": {"items": [{"strokes": STROKES}, {"classifier": "photo", "image_url": "https://example.com/cat.png"}]},
    "GuessOutput": GUESSES[0],
    "ClassifierInputRequest": {"slug": "shapes", "title": "Shapes", "kind": "drawing", "labels": ["circle", "square"]},
    "ExplanationOutput": {
        "prediction": ID,
        "label": "house",
        "status": "succeeded",
        "sentence": "Nearest example: house (0.91 alike). Runner-up: barn, 0.04, whose nearest example is 0.74 alike.",
        "nearest": [
            {
                "label": "house",
                "alike": 0.9134,
                "source": "dataset",
                "picture": "data:image/png;base64,iVBORw0KGgo…",
                "image": None,
            },
            {
                "label": "house",
                "alike": 0.8821,
                "source": "people",
                "picture": None,
                "image": {"id": ID, "url": f"/api/v1/images/{ID}/file/"},
            },
        ],
        "rival": {"label": "barn", "probability": 0.041022, "alike": 0.7402},
        "heatmap": f"/api/v1/images/{ID}/heatmap/?prediction={ID}&label=house",
        "error": None,
    },
    "ReviewInputRequest": {"classifier": "doodle", "verdict": "corrected", "label": "barn", "seen": "new::0"},
    "ReviewBatchInputRequest": {"samples": [{"id": ID, "seen": "new::0"}], "verdict": "corrected", "label": "barn"},
    "TokenInputRequest": {"name": "my laptop", "scopes": ["read", "predict"], "expires_at": None},
    "PatchedReviewingInputRequest": {"opinions": 2, "known_share": 5},
    "SampleInputRequest": {"label": "house", "strokes": STROKES},
    "SampleUploadRequest": {"label": "house", "image": "the file"},
    "LabelInputRequest": {"name": "tiger"},
    "PatchedLabelInputRequest": {"name": "tiger"},
    "MergeInputRequest": {"into": "barn"},
    "LabelChangeOutput": {
        "id": ID,
        "kind": "merged",
        "old": "shed",
        "new": "barn",
        "samples": 14,
        "by": "ada",
        "created_at": MOMENT,
    },
    "TrainingRunInputRequest": {"classifier": "doodle"},
    "RecognizeInputRequest": {"image": "iVBORw0KGgoAAAANSUhEUgAA…"},
    "ErrorAnswer": {"error": {"code": "not_found", "message": "There is nothing here, or it is not yours.", "fields": {}}},
}

NAMED: dict[str, Any] = {
    "barn": "barn", "by": "ada", "classifier": "doodle", "code": "no_worker", "cursor": "cD0yMDI2", "email": "ada@example.com",
    "error": None, "expires_at": None, "guesses": GUESSES, "height": 256, "kind": "drawing", "known_share": 0, "label": "house",
    "labels": ["house", "barn"], "name": "house", "new_label": "barn", "new_state": "new", "next": None, "note": "",
    "old_label": None, "old_state": "new", "one_of": None, "opinions": 1, "opinions_needed": 2,
    "password": "a long enough secret", "prediction": "house", "previous": None, "probability": 0.912345,
    "queue_position": None, "reason": "It has a hay door.", "role": "owner",
    "scopes": ["read", "predict"], "seen": "new::0",
    "slug": "doodle", "source": "canvas", "state": "new", "status": "succeeded", "suggested_classifier": None, "title": "Doodles",
    "token": "doodle_4f9c…", "undoes": None, "undone": False, "unsure": False, "url": f"/api/v1/images/{ID}/file/",
    "username": "ada", "verdict": "corrected", "waiting_labels": ["tiger"], "width": 256, "word": None,
}  # fmt: skip
OF_FORMAT = {"uuid": ID, "date-time": MOMENT, "date": MOMENT[:10], "uri": "https://example.com/hook", "email": "ada@example.com"}
OF_TYPE: dict[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 0.5,
    "boolean": True,
    "null": None,
    "object": {},
    "array": [],
}


def example_of(schema: Schema, components: Schema, name: str = "") -> Any:
    """One that the schema allows; `name` is the property's."""
    if "$ref" in schema:
        component = schema["$ref"].rpartition("/")[2]
        return WRITTEN[component] if component in WRITTEN else example_of(components[component], components, name)
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            return example_of(schema[choice][0], components, name)
    if "example" in schema or "examples" in schema:
        return schema["example"] if "example" in schema else schema["examples"][0]
    if "enum" in schema or "const" in schema:
        return _of_enum(schema, name)
    return _of_type(schema, components, name)


def _of_enum(schema: Schema, name: str) -> Any:
    values = schema.get("enum") or [schema["const"]]
    return NAMED[name] if NAMED.get(name, "") in values else values[0]


def _of_type(schema: Schema, components: Schema, name: str) -> Any:
    given = schema.get("type", [])
    kinds = [given] if isinstance(given, str) else given
    if "properties" in schema:
        return {key: example_of(value, components, key) for key, value in schema["properties"].items()}
    if name in NAMED and _fits(NAMED[name], kinds):
        return NAMED[name]
    if "array" in kinds:
        return [example_of(schema.get("items", {}), components, name.removesuffix("s"))]
    if schema.get("format") in OF_FORMAT:
        return OF_FORMAT[schema["format"]]
    return schema.get("default", schema.get("minimum", OF_TYPE[kinds[0] if kinds else "string"]))


def _fits(value: Any, kinds: list[str]) -> bool:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object", type(None): "null"}
    return names[type(value)] in kinds


def error_example(status: int) -> Any:
    """The first code that stands for the status."""
    code, why = next(iter(CODES.get(status, {"error": "Something is not right."}).items()))
    return {"error": {"code": code, "message": why, "fields": {}}}
