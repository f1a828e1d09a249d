"""Classifiers, labelled pictures and training runs over HTTP."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from classifier.actions.issue_token import issue_token
from classifier.models import Classifier, Sample, State, TrainingRun, User
from tests.conftest import signed_in
from tests.factories import HOUSE, make_classifier, make_user, picture
from tests.measured import make_maintainer
from tests.training import SHAPES, fill, make_own_classifier, make_run

pytestmark = pytest.mark.django_db
CLASSIFIERS, RUNS = "/api/v1/classifiers/", "/api/v1/training-runs/"
SAMPLES = f"{CLASSIFIERS}shapes/samples/"
GIVEN: dict[str, Any] = {"slug": "shapes", "title": "Shapes", "kind": "drawing", "labels": list(SHAPES)}


@pytest.fixture
def mary(db: None) -> APIClient:
    return signed_in(make_maintainer("mary"))


@pytest.fixture
def shapes(owner: User) -> Classifier:
    return make_own_classifier(owner)


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_maintainer_makes_a_classifier(mary: APIClient) -> None:
    made = mary.post(CLASSIFIERS, GIVEN)
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in GIVEN} == GIVEN
    assert mary.get(f"{CLASSIFIERS}shapes/").json() == body
    again = mary.post(CLASSIFIERS, {**GIVEN, "title": "Others"})
    assert error_of(again) == (400, "bad_classifier")
    assert "Choose another slug" in again.json()["error"]["fields"]["slug"][0]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("slug", "two words", "cannot be a slug"),
        ("slug", "auto", "but not 'auto'"),
        ("slug", "x" * 51, "1 to 50"),
        ("title", "t" * 201, "1 to 200 characters"),
        ("kind", "sound", "drawing or photo"),
        ("labels", ["one"], "2 to 1,000"),
        ("labels", [str(number) for number in range(1001)], "these are 1,001"),
        ("labels", ["cat", "x" * 101], "1 to 100 characters"),
        ("labels", ["cat", "Cat"], "'Cat' is there twice"),
    ],
)
def test_a_classifier_that_cannot_be_is_refused_at_its_field(mary: APIClient, field: str, value: Any, words: str) -> None:
    refused = mary.post(CLASSIFIERS, {**GIVEN, field: value})
    assert error_of(refused) == (400, "bad_classifier")
    assert words in refused.json()["error"]["fields"][field][0]
    assert not Classifier.objects.exists()


@pytest.mark.parametrize("missing", GIVEN)
def test_a_missing_field_is_named(mary: APIClient, missing: str) -> None:
    refused = mary.post(CLASSIFIERS, {name: value for name, value in GIVEN.items() if name != missing})
    assert error_of(refused) == (400, "invalid")
    assert list(refused.json()["error"]["fields"]) == [missing]


def test_a_labelled_picture_is_accepted_at_once_and_the_same_again_is_the_same(api: APIClient, shapes: Classifier) -> None:
    drawn = {"strokes": HOUSE, "label": "square"}
    made = api.post(SAMPLES, drawn)
    assert made.status_code == 201
    body = made.json()
    assert (body["classifier"], body["state"], body["label"], body["image"]["source"]) == (
        "shapes",
        "accepted",
        "square",
        "canvas",
    )
    again = api.post(SAMPLES, drawn)
    assert (again.status_code, again.json()) == (201, body)
    assert "RateLimit" in again


def test_a_picture_comes_in_every_way_but_by_address(api: APIClient, shapes: Classifier) -> None:
    file = SimpleUploadedFile("house.png", picture())
    ways: list[dict[str, Any]] = [
        {"data": {"image": file, "label": "line"}, "format": "multipart"},
        {"data": {"image_base64": base64.b64encode(picture(colour="blue")).decode(), "label": "line"}},
        {"data": {"strokes": HOUSE, "label": "line"}},
    ]
    assert [api.post(SAMPLES, **way).status_code for way in ways] == [201] * 3
    assert Sample.objects.to_train_on(shapes).counted() == {"line": 3}
    assert error_of(api.post(SAMPLES, {"image_url": "https://example.com/a.png", "label": "line"})) == (400, "picture_needed")


def test_what_was_judged_otherwise_is_a_409(api: APIClient, shapes: Classifier) -> None:
    made = api.post(SAMPLES, {"strokes": HOUSE, "label": "square"}).json()
    refused = api.post(SAMPLES, {"strokes": HOUSE, "label": "line"})
    assert error_of(refused) == (409, "labelled_otherwise")
    assert made["image"]["id"] in refused.json()["error"]["message"]
    Sample.objects.update(state=State.EXCLUDED)
    assert error_of(api.post(SAMPLES, {"strokes": HOUSE, "label": "square"})) == (409, "labelled_otherwise")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"strokes": HOUSE, "label": "cat"}, "unknown_label"),
        ({"strokes": HOUSE}, "invalid"),
        ({"label": "line"}, "one_picture_needed"),
        ({"strokes": HOUSE, "image_base64": "AAAA", "label": "line"}, "one_picture_needed"),
        ({"strokes": [], "label": "line"}, "bad_strokes"),
    ],
)
def test_a_picture_that_cannot_be_learnt_from_is_refused(
    api: APIClient, shapes: Classifier, fields: dict[str, Any], code: str
) -> None:
    assert error_of(api.post(SAMPLES, fields)) == (400, code)
    assert not Sample.objects.exists()


def test_a_run_is_queued_and_the_one_under_way_is_found(api: APIClient, mary: APIClient, shapes: Classifier) -> None:
    fill(shapes)
    queued = api.post(RUNS, {"classifier": "shapes"})
    assert queued.status_code == 202
    body = queued.json()
    assert queued["Location"] == f"{RUNS}{body['id']}/"
    assert (body["status"], body["progress"], body["recipe"], body["model_version"]) == ("queued", 0, "people", None)
    assert (body["history"], body["log"], body["requested_by"]) == ([], "", "owner")
    again = mary.post(RUNS, {"classifier": "shapes", "recipe": "people"})
    assert (again.status_code, again.json()) == (200, body)
    assert api.get(queued["Location"]).json() == body


def test_a_run_that_cannot_be_is_refused_with_a_sentence(api: APIClient, shapes: Classifier) -> None:
    few = api.post(RUNS, {"classifier": "shapes"})
    assert error_of(few) == (409, "too_few_pictures")
    assert "circle has 0" in few.json()["error"]["message"]
    assert error_of(api.post(RUNS, {"classifier": "shapes", "recipe": "doodle"})) == (400, "bad_recipe")
    unknown = api.post(RUNS, {"classifier": "unheard-of"})
    assert error_of(unknown) == (400, "invalid")
    assert "unheard-of" in unknown.json()["error"]["fields"]["classifier"][0]


def test_a_run_is_cancelled_once_and_what_is_over_is_a_409(api: APIClient, shapes: Classifier) -> None:
    run = make_run(shapes)
    for _ in range(2):
        stopped = api.post(f"{RUNS}{run.pk}/cancel/")
        assert stopped.status_code == 200
        assert (stopped.json()["status"], stopped.json()["reason"]) == ("cancelled", "owner cancelled it.")
    over = make_run(shapes, status="succeeded")
    assert error_of(api.post(f"{RUNS}{over.pk}/cancel/")) == (409, "cannot_cancel")


def test_others_may_not_and_find_nothing(stranger: User, shapes: Classifier) -> None:
    theirs, run = signed_in(stranger), make_run(shapes)
    for refused in (
        theirs.post(CLASSIFIERS, {**GIVEN, "slug": "mine"}),
        theirs.post(SAMPLES, {"strokes": HOUSE, "label": "line"}),
        theirs.post(RUNS, {"classifier": "shapes"}),
    ):
        assert error_of(refused) == (403, "maintainers_only")
    for hidden in (theirs.get(f"{RUNS}{run.pk}/"), theirs.post(f"{RUNS}{run.pk}/cancel/")):
        assert error_of(hidden) == (404, "not_found")
    assert theirs.get(RUNS).json()["results"] == []
    assert TrainingRun.objects.get().status == "queued"


def test_a_token_needs_the_scope_to_train(shapes: Classifier) -> None:
    maintainer = make_maintainer()
    for scopes, expected in ((["read", "predict"], 403), (["train"], 409)):
        _, secret = issue_token(by=maintainer, name="program", scopes=scopes)
        program = APIClient(headers={"Authorization": f"Bearer {secret}"})
        assert program.post(RUNS, {"classifier": "shapes"}).status_code == expected


def test_runs_are_listed_newest_first_with_constant_queries(
    api: APIClient, mary: APIClient, shapes: Classifier, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = make_run(make_classifier(), status="failed", reason="The data is damaged.", requested_by=make_user())
    mine = [make_run(shapes, status="succeeded", history=[{"loss": 1.0}], log="long")]
    assert api.get(RUNS).status_code == 200  # by now it is known who asks
    with django_assert_num_queries(1):
        assert len(api.get(RUNS).json()["results"]) == 1
    mine += [make_run(shapes, status="cancelled"), make_run(shapes)]
    with django_assert_num_queries(1):
        listed = api.get(RUNS).json()["results"]
    assert [row["id"] for row in listed] == [str(run.pk) for run in reversed(mine)]
    assert "log" not in listed[0]
    assert len(mary.get(RUNS).json()["results"]) == 4
    assert [row["id"] for row in mary.get(f"{RUNS}?status=failed&classifier=doodle").json()["results"]] == [str(other.pk)]
