"""The client against the site's OpenAPI description: it calls what exists, and reads what it is promised."""

from __future__ import annotations

import dataclasses
import inspect
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import yaml

from doodle_client import BadAnswer, answers, explaining, judging, operations, reviewing, shadows, workshop
from doodle_client.operations import ROOT, Operation
from doodle_client.paging import RENAMED, HistoryFilters, QueueFilters
from tests.clients.calling import sync_call
from tests.clients.scripted import ID, IMAGE_ID, Received, prediction, reply, server
from tests.factories import HOUSE

SCHEMA = yaml.safe_load((Path(__file__).parent.parent / "schema.yml").read_text())
OPERATIONS = {name: value for name, value in inspect.getmembers(operations) if isinstance(value, Operation)}
MODELS = {
    answers.Guess: "GuessOutput",
    answers.Image: "ImageOutput",
    answers.NewToken: "NewTokenOutput",
    answers.Prediction: "PredictionOutput",
    answers.Problem: "ProblemOutput",
    answers.Review: "ReviewOutput",
    answers.Token: "TokenOutput",
    answers.User: "UserOutput",
    explaining.Explanation: "ExplanationOutput",
    explaining.Neighbour: "NeighbourOutput",
    explaining.Rival: "RivalOutput",
    explaining.Shown: "ShownOutput",
    judging.JudgedTogether: "ReviewBatchOutput",
    judging.Refused: "RefusedOutput",
    judging.SampleNow: "SampleOutput",
    judging.UndoneTogether: "ReviewUndoOutput",
    reviewing.Balance: "BalanceOutput",
    reviewing.Corrected: "CorrectedOutput",
    reviewing.Drift: "DriftOutput",
    reviewing.Health: "HealthOutput",
    reviewing.Known: "KnownOutput",
    reviewing.LabelSamples: "LabelSamplesOutput",
    reviewing.Overlap: "OverlapOutput",
    reviewing.Pair: "PairOutput",
    reviewing.Quality: "QualityOutput",
    reviewing.Reviewer: "ReviewerOutput",
    reviewing.Share: "ShareOutput",
    reviewing.Shift: "ShiftOutput",
    shadows.ShadowDifference: "ShadowPictureOutput",
    shadows.ShadowPair: "ShadowPairOutput",
    shadows.ShadowReport: "ShadowOutput",
    shadows.ShadowSpeed: "ShadowSpeedOutput",
    workshop.Classifier: "ClassifierOutput",
    workshop.ClassifierDetail: "ClassifierDetailOutput",
    workshop.Label: "LabelOutput",
    workshop.LabelChange: "LabelChangeOutput",
    workshop.ModelVersion: "VersionOutput",
    workshop.ModelVersionDetail: "VersionDetailOutput",
    workshop.Sample: "QueuedOutput",
    workshop.ToLabel: "ToLabelOutput",
    workshop.TrainingRun: "TrainingRunOutput",
    workshop.TrainingRunDetail: "TrainingRunDetailOutput",
    workshop.Word: "WordOutput",
}
READ_AS = {
    operations.UNDO_REVIEW: answers.Review,
    operations.EXPLANATION: explaining.Explanation,
    operations.REVIEW_BATCH: judging.JudgedTogether,
    operations.UNDO_REVIEW_BATCH: judging.UndoneTogether,
    operations.QUEUE: workshop.Sample,
    operations.NEXT: workshop.Sample,
    operations.HEALTH: reviewing.Health,
    operations.MARK_KNOWN: reviewing.Known,
    operations.CHANGE_CLASSIFIER: workshop.ClassifierDetail,
    operations.CLASSIFIERS: workshop.Classifier,
    operations.CREATE_CLASSIFIER: workshop.ClassifierDetail,
    operations.CLASSIFIER: workshop.ClassifierDetail,
    operations.ADD_LABEL: workshop.Label,
    operations.RENAME_LABEL: workshop.Label,
    operations.MERGE_LABELS: workshop.LabelChange,
    operations.LABEL_CHANGES: workshop.LabelChange,
    operations.ADD_SAMPLE: workshop.Sample,
    operations.TRAIN: workshop.TrainingRunDetail,
    operations.TRAINING_RUNS: workshop.TrainingRun,
    operations.TRAINING_RUN: workshop.TrainingRunDetail,
    operations.CANCEL_TRAINING: workshop.TrainingRunDetail,
    operations.MODEL_VERSIONS: workshop.ModelVersion,
    operations.PROMOTE: workshop.ModelVersionDetail,
    operations.ROLL_BACK: workshop.ModelVersionDetail,
    operations.SHADOW: shadows.ShadowReport,
    operations.UNSHADOW: shadows.ShadowReport,
    operations.SHADOW_REPORT: shadows.ShadowReport,
}


def described(operation: Operation) -> Any:
    return SCHEMA["paths"][ROOT + operation.path][operation.method.lower()]


def parameters(operation: Operation) -> set[str]:
    return {parameter["name"] for parameter in described(operation).get("parameters", [])}


def body(operation: Operation, kind: str = "application/json") -> Any:
    reference = described(operation)["requestBody"]["content"][kind]["schema"]["$ref"]
    return SCHEMA["components"]["schemas"][reference.rpartition("/")[2]]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_call_exists(name: str) -> None:
    assert described(OPERATIONS[name])["operationId"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_key_is_sent_where_the_site_honours_one(name: str) -> None:
    honoured = "Idempotency-Key" in parameters(OPERATIONS[name])
    assert OPERATIONS[name].keyed == honoured, f"Set keyed={honoured} in doodle_client/operations.py."


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_that_is_promised_is_read_and_no_other(model: Any) -> None:
    promised = SCHEMA["components"]["schemas"][MODELS[model]]
    read = {field.name for field in dataclasses.fields(model)}
    assert set(promised["required"]) <= read <= set(promised["properties"])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_may_be_null_may_be_none(model: Any) -> None:
    properties = SCHEMA["components"]["schemas"][MODELS[model]]["properties"]
    hints = get_type_hints(model)
    for name in hints:
        assert (NoneType in get_args(hints[name]) and get_origin(hints[name]) is UnionType) == nullable(properties[name]), name


def nullable(field: Any) -> bool:
    kinds = [field.get("type"), *(option.get("type") for option in field.get("oneOf", []))]
    return any(kind == "null" or "null" in (kind or []) for kind in kinds)


def test_a_page_is_what_lists_answer() -> None:
    page = SCHEMA["components"]["schemas"]["PaginatedPredictionOutputList"]
    assert set(page["properties"]) == {field.name for field in dataclasses.fields(answers.Page)}


@pytest.mark.parametrize(("operation", "filters"), [
    (operations.PREDICTIONS, set(HistoryFilters.__annotations__)),
    (operations.QUEUE, set(QueueFilters.__annotations__)),
    (operations.TRAINING_RUNS, {"classifier", "status"}),
    (operations.MODEL_VERSIONS, {"classifier", "stage"}),
])  # fmt: skip
def test_every_filter_exists(operation: Operation, filters: set[str]) -> None:
    assert {RENAMED.get(name, name) for name in filters} | {"cursor"} <= parameters(operation)


def test_how_many_are_to_be_labelled_can_be_said() -> None:
    assert "count" in parameters(operations.NEXT_TO_LABEL)
    results = SCHEMA["components"]["schemas"]["NextToLabelOutput"]["properties"]["results"]["items"]
    assert results["$ref"].rpartition("/")[2] == MODELS[workshop.ToLabel]


@pytest.mark.parametrize("operation", READ_AS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_what_is_read_is_what_is_answered(operation: Operation) -> None:
    name = MODELS[READ_AS[operation]]
    answered = [
        answer["content"] for status, answer in described(operation)["responses"].items() if status in ("200", "201", "202")
    ]
    references = {content["application/json"]["schema"]["$ref"].rpartition("/")[2] for content in answered}
    assert references in ({name}, {f"Paginated{name}List"})


WAITING = [operations.PREDICT, operations.PREDICT_BATCH, operations.PREDICTION, operations.EXPLANATION, operations.HEATMAP]


@pytest.mark.parametrize("operation", WAITING)
def test_these_can_wait(operation: Operation) -> None:
    assert "wait" in parameters(operation)


def sent(name: str, *arguments: Any, **options: Any) -> Received:
    with server(reply({"results": [prediction()]} if name == "predict_batch" else prediction())) as site:
        with suppress(BadAnswer):  # what comes back does not matter here
            sync_call(site.url, name, *arguments, **options)
        return site.received[0]


def test_what_is_sent_is_what_is_taken() -> None:
    calls: list[tuple[Operation, Received]] = [
        (operations.PREDICT, sent("predict", HOUSE)),
        (operations.PREDICT, sent("predict", "https://example.com/a.png")),
        (operations.PREDICT_BATCH, sent("predict_batch", [b"x"])),
        (operations.CREATE_TOKEN, sent("create_token", "x", scopes=["read"], expires_at=datetime.now(UTC))),
        (operations.SIGN_UP, sent("sign_up", "ada", "ada@example.com", "secret")),
        (operations.REVIEW, sent("review", IMAGE_ID, "corrected", label="cat", reason="ears", seen="1")),
        (operations.CREATE_CLASSIFIER, sent("create_classifier", "mine", "Mine", kind="photo", labels=["cat", "dog"])),
        (operations.ADD_LABEL, sent("add_label", "mine", "tiger")),
        (operations.RENAME_LABEL, sent("rename_label", "mine", "cat", "kitten")),
        (operations.MERGE_LABELS, sent("merge_labels", "mine", "cat", "dog")),
        (operations.ADD_SAMPLE, sent("add_sample", "mine", HOUSE, "cat")),
        (operations.CHANGE_CLASSIFIER, sent("change_classifier", "mine", opinions=2, known_share=5)),
        (operations.MARK_KNOWN, sent("mark_known", IMAGE_ID, classifier="mine")),
        (operations.REVIEW_BATCH, sent("review_batch", [ID], "corrected", label="cat", reason="ears")),
        (operations.TRAIN, sent("train", "mine", recipe="people", from_nothing=True)),
        (operations.PROMOTE, sent("promote", ID, note="By hand.")),
    ]
    for operation, received in calls:
        taken = body(operation)
        given = set(json.loads(received.body))
        assert set(taken.get("required", [])) <= given <= set(taken["properties"]), operation


def test_a_file_goes_into_the_field_for_it() -> None:
    for operation, received, field in (
        (operations.PREDICT, sent("predict", b"x"), "classifier"),
        (operations.ADD_SAMPLE, sent("add_sample", "mine", b"x", "cat"), "label"),
    ):
        form = body(operation, "multipart/form-data")
        for name in ("image", field):
            assert name in form["properties"]
            assert f'name="{name}"'.encode() in received.body
