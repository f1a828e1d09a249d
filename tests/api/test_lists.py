"""What every list offers: pages that stay stable, some fields only, and all of it as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from classifier.models import Classifier, Prediction, User
from tests.factories import make_answer, make_labels, make_predictions, make_worker

pytestmark = pytest.mark.django_db
PREDICTIONS = "/api/v1/predictions/"
LABELS = "/api/v1/classifiers/doodle/labels/"


@pytest.fixture(autouse=True)
def _site(doodle: Classifier) -> None:
    make_worker()


def streamed(client: APIClient, path: str, **headers: str) -> str:
    answer: Any = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ids(page: Any) -> list[str]:
    return [row["id"] for row in page["results"]]


def test_pages_stay_as_they_are_while_rows_are_added_and_deleted(api: APIClient, owner: User) -> None:
    before = sorted([str(row.pk) for row in make_predictions(6, owner)], reverse=True)
    first = api.get(f"{PREDICTIONS}?page_size=2").json()
    make_predictions(3, owner)
    Prediction.objects.get(pk=before[1]).delete()
    second = api.get(first["next"]).json()
    assert ids(first) + ids(second) == before[:4]
    make_predictions(1, owner)
    assert ids(api.get(second["next"]).json()) == before[4:]
    assert ids(api.get(second["previous"]).json())[-1] == before[0]


@pytest.mark.parametrize("given", ["cursor=nonsense", "cursor=cD0lMDA%3D", "cursor=cD14", "page_size=0", "page_size=201",
                                   "page_size=x", "page_size=²", "page_size=", "page_size=2&page_size=null"])  # fmt: skip
def test_a_page_that_cannot_be_is_refused(api: APIClient, owner: User, given: str) -> None:
    make_predictions(1, owner)
    answer = api.get(f"{PREDICTIONS}?{given}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert list(answer.json()["error"]["fields"]) == [given.split("=")[0]]


@pytest.mark.parametrize("name", ["status", "from", "to", "min_probability", "corrected", "label"])
def test_an_empty_filter_is_refused(api: APIClient, name: str) -> None:
    answer = api.get(f"{PREDICTIONS}?{name}=")
    assert answer.status_code == 400
    assert name in answer.json()["error"]["fields"]


def test_only_the_fields_asked_for_come(api: APIClient, owner: User) -> None:
    make_predictions(2, owner)
    page = api.get(f"{PREDICTIONS}?fields=id, status").json()
    assert [set(row) for row in page["results"]] == [{"id", "status"}] * 2
    assert json.loads(streamed(api, f"{PREDICTIONS}?fields=status&format=jsonl").splitlines()[0]) == {"status": "queued"}


@pytest.mark.parametrize("fields", ["id,nonsense", "", "id;status", "image.id"])
def test_a_field_that_is_not_there_is_named(api: APIClient, fields: str) -> None:
    error = api.get(f"{PREDICTIONS}?fields={fields}")
    assert error.status_code == 400
    assert "Choose from id, status, classifier" in error.json()["error"]["fields"]["fields"][0]


def test_a_whole_list_comes_as_csv(api: APIClient, owner: User) -> None:
    make_answer(owner, label="cat")
    make_predictions(60, owner)
    rows = rows_of(streamed(api, PREDICTIONS, Accept="text/csv"))
    assert len(rows) == 61
    (last,) = [row for row in rows if row["status"] == "succeeded"]
    assert (last["guesses.1.label"], last["guesses.1.probability"]) == ("cat", "0.8")
    assert (last["image.width"], last["unsure"], last["error"], last["corrected_label"]) == ("256", "false", "", "")
    assert last["created_at"].endswith("Z")
    assert {row["guesses.1.label"] for row in rows if row is not last} == {""}


def test_filters_and_fields_hold_for_csv_too(api: APIClient, owner: User) -> None:
    make_answer(owner, label="cat")
    make_predictions(3, owner)
    assert (
        streamed(api, f"{PREDICTIONS}?status=succeeded&fields=status,unsure&format=csv") == "status,unsure\r\nsucceeded,false\r\n"
    )


def test_no_cell_is_a_formula(api: APIClient) -> None:
    names = ["=1+1", "+1", "-1", "@x", "\tx", 'say "no", twice', "line\nbreak", "fine"]
    make_labels(*names)
    rows = rows_of(streamed(api, f"{LABELS}?format=csv"))
    assert [row["name"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", 'say "no", twice', "line\nbreak", "fine"]


def test_json_lines_say_what_the_pages_say(api: APIClient, owner: User) -> None:
    make_predictions(3, owner)
    lines = [json.loads(line) for line in streamed(api, PREDICTIONS, Accept="application/x-ndjson").splitlines()]
    assert lines == api.get(PREDICTIONS).json()["results"]


def test_a_long_list_costs_no_more_queries_than_a_short_one(api: APIClient, owner: User) -> None:
    make_predictions(1, owner)
    with CaptureQueriesContext(connection) as few:
        streamed(api, f"{PREDICTIONS}?format=csv")
    make_predictions(30, owner)
    with CaptureQueriesContext(connection) as many:
        assert len(rows_of(streamed(api, f"{PREDICTIONS}?format=csv"))) == 31
    assert len(few) == len(many)


def test_what_goes_wrong_comes_as_json_in_any_form(api: APIClient) -> None:
    answer = api.get(f"{PREDICTIONS}?status=nonsense", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert "status" in answer.json()["error"]["fields"]


def test_a_form_that_there_is_not_is_named(api: APIClient) -> None:
    assert api.get(PREDICTIONS, headers={"Accept": "text/html"}).status_code == 406
    assert api.get(f"{PREDICTIONS}?format=").status_code == 400
    assert api.get(f"{PREDICTIONS}?format=csv&page_size=0").json()["error"]["fields"].keys() == {"page_size"}
    answer = api.get(f"{PREDICTIONS}?format=xml")
    assert answer.status_code == 400
    assert "json, csv, jsonl" in answer.json()["error"]["fields"]["format"][0]


def test_what_is_made_comes_as_json_only(api: APIClient) -> None:
    assert api.post("/api/v1/predictions/", {"strokes": []}, headers={"Accept": "text/csv"}).status_code == 406
