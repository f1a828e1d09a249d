from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from classifier.models import Classifier, ModelVersion, Prediction, Sample, TrainingRun, User
from tests.factories import HOUSE, make_classifier, make_version, make_worker, picture
from tests.measured import CURVES, make_candidate, make_maintainer
from tests.pages.reading import at, follow, text
from tests.training import fill

pytestmark = pytest.mark.django_db
WORKSHOP, NEW, ADD = "/workshop/", "/workshop/new/", "/workshop/pictures/"
SHAPES = {"title": "My three things", "kind": "drawing", "labels": "circle\n\n square \r\ntriangle"}


@pytest.fixture
def shapes(maintainer: Client) -> Classifier:
    maintainer.post(NEW, SHAPES)
    return Classifier.objects.get(slug="my-three-things")


def drawing(moved: int = 0) -> str:
    return json.dumps([[[x + moved * place for place, x in enumerate(stroke[0])], stroke[1]] for stroke in HOUSE])


def make_run(**fields: Any) -> TrainingRun:
    return TrainingRun.objects.create(classifier=make_classifier(), recipe="people", **fields)


def test_others_find_neither_the_way_nor_the_pages(member: Client, visitor: Client, live: ModelVersion) -> None:
    run = make_run()
    for client in (member, visitor):
        assert 'href="/workshop/"' not in client.get("/").content.decode()
        for path in (WORKSHOP, NEW, at("classifier", "doodle"), at("run", run.pk), at("version", live.pk)):
            assert client.get(path).status_code == 403
        for path in (NEW, ADD, at("train", "doodle"), at("run-cancel", run.pk), at("version-promote", live.pk)):
            assert client.post(path).status_code == 403


def test_the_list_says_what_answers_with_constant_queries(
    maintainer: Client, live: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    make_candidate()
    make_run()
    for number in range(5):
        make_classifier(f"other-{number}")
    with django_assert_max_num_queries(8):  # session, person, groups, count, classifiers, versions, runs
        shown = text(maintainer, WORKSHOP)
    assert "doodle 1 answers" in shown
    assert "1 candidate waits." in shown
    assert "A run waits to be trained" in shown
    assert shown.count("Nothing answers yet") == 5
    assert 'href="/workshop/"' in maintainer.get("/").content.decode()


def test_a_person_makes_three_things_and_trains_them_by_pages_alone(maintainer: Client, mary: User) -> None:
    made = follow(maintainer, NEW, **SHAPES)
    assert "My three things is there. Now show it what is what" in made
    shapes = Classifier.objects.get(slug="my-three-things")
    assert list(shapes.labels.values_list("name", flat=True)) == ["circle", "square", "triangle"]
    assert shapes.made_by == mary
    here = at("classifier", shapes.slug)
    assert "Still missing: 10 of circle , 10 of square , 10 of triangle ." in text(maintainer, here)
    for place, label in enumerate(("circle", "square", "triangle")):
        files = [SimpleUploadedFile(f"{side}.png", picture(side)) for side in range(40 + 10 * place, 49 + 10 * place)]
        assert f"9 pictures of {label} taken." in follow(maintainer, ADD, classifier=shapes.slug, label=label, image=files)
        follow(maintainer, ADD, classifier=shapes.slug, label=label, strokes=drawing(moved=place))
    assert "There is enough to learn from." in text(maintainer, at("pictures", shapes.slug))
    started = maintainer.post(at("train", shapes.slug), {"start": "nothing"})
    run = TrainingRun.objects.get(classifier=shapes)
    assert (started["Location"], run.requested_by, run.start_from) == (at("run", run.pk), mary, None)
    assert "This run is under way already." in follow(maintainer, at("train", shapes.slug))
    assert "A run is waiting to begin" in text(maintainer, here)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"labels": "circle"}, "Give 2 to 1,000 labels; these are 1."),
        ({"labels": "circle\nCircle"}, "is there twice"),
        ({"title": " "}, "Give a title of 1 to 200 characters."),
        ({"kind": "sound"}, "There is no kind"),
        ({"labels": "a\0\nb\nb"}, "is there twice"),
    ],
)
def test_a_classifier_that_cannot_be_is_refused_and_the_form_stays_filled(
    maintainer: Client, fields: dict[str, str], problem: str
) -> None:
    answer = maintainer.post(NEW, {**SHAPES, **fields})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert problem in page
    assert 'value="My three things"' in page or "title" in fields
    assert not Classifier.objects.exists()


def test_titles_alike_get_slugs_of_their_own(maintainer: Client) -> None:
    for title in ("Auto", "Café!", "Café?", "猫", "x" * 200):
        maintainer.post(NEW, {**SHAPES, "title": title})
    assert sorted(Classifier.objects.values_list("slug", flat=True)) == ["auto-2", "cafe", "cafe-2", "classifier", "x" * 45]


def test_what_cannot_be_taken_is_named_and_the_rest_is_kept(maintainer: Client, shapes: Classifier) -> None:
    files = [SimpleUploadedFile("good.png", picture()), SimpleUploadedFile("bad.png", b"no picture")]
    said = follow(maintainer, ADD, classifier=shapes.slug, label="circle", image=files)
    assert "1 picture of circle taken." in said
    assert "bad.png: " in said
    assert Sample.objects.get().label == shapes.labels.get(name="circle")
    again = SimpleUploadedFile("good.png", picture())
    assert "You gave this picture before" in follow(maintainer, ADD, classifier=shapes.slug, label="square", image=again)
    assert "has no label" in follow(maintainer, ADD, classifier=shapes.slug, label="hexagon", strokes=drawing())
    assert "choose a file, first" in follow(maintainer, ADD, classifier=shapes.slug, label="circle")
    many = [SimpleUploadedFile(f"{number}.png", b"x") for number in range(65)]
    assert "At most 64 pictures" in follow(maintainer, ADD, classifier=shapes.slug, label="circle", image=many)
    assert maintainer.post(ADD, {"classifier": "nothing"}).status_code == 404


def test_what_was_given_is_shown_to_those_who_may_see_it(maintainer: Client, shapes: Classifier) -> None:
    follow(maintainer, ADD, classifier=shapes.slug, label="circle", strokes=drawing())
    here = at("pictures", shapes.slug)
    assert 'alt="circle"' in maintainer.get(here, {"label": "circle"}).content.decode()
    assert "Pictures of square" in text(maintainer, here)  # one of those with the fewest
    other = Client()
    other.force_login(make_maintainer())
    assert 'alt="circle"' not in other.get(here, {"label": "circle"}).content.decode()


def test_too_little_to_learn_from_is_said(maintainer: Client, shapes: Classifier) -> None:
    assert "Each label needs 10 accepted pictures" in follow(maintainer, at("train", shapes.slug))
    assert not TrainingRun.objects.exists()


def test_labels_that_the_network_doubts_are_said_not_to_be_learnt(maintainer: Client, shapes: Classifier) -> None:
    samples = fill(shapes)
    assert "doubts" not in text(maintainer, at("classifier", shapes.slug))
    Sample.objects.filter(pk=samples[0].pk).update(suspected=samples[0].label, suspicion=0.9)
    assert "The network doubts the label of 1: it is not learnt until" in text(maintainer, at("classifier", shapes.slug))


def test_a_run_is_watched_and_cancelled(maintainer: Client) -> None:
    run = make_run(status="running", attempt=1, progress=0.5, epoch=3, epochs=6, history=CURVES, log="epoch 3 of 6")
    page = maintainer.get(at("run", run.pk)).content.decode()
    assert "3 of 6 epochs complete" in page
    assert "About 6 seconds left." in page
    assert "epoch 3 of 6" in page
    assert page.count("<polyline") == 4
    assert f'hx-get="{at("run-state", run.pk)}"' in page
    assert '<meta http-equiv="refresh"' in page
    assert "<html" not in maintainer.get(at("run-state", run.pk)).content.decode()
    assert "mary cancelled it." in follow(maintainer, at("run-cancel", run.pk))
    over = maintainer.get(at("run", run.pk)).content.decode()
    assert "hx-get" not in over
    assert "refresh" not in over


def test_a_run_that_waits_says_for_what(maintainer: Client) -> None:
    run = make_run()
    assert "No trainer is running." in text(maintainer, at("run", run.pk))
    make_worker(job="training")
    assert "It starts in a moment." in text(maintainer, at("run", run.pk))


def test_a_run_that_is_over_says_why_or_leads_to_its_version(maintainer: Client) -> None:
    failed = make_run(status="failed", reason="The disk is full.")
    assert "The disk is full." in text(maintainer, at("run", failed.pk))
    assert "has failed already" in follow(maintainer, at("run-cancel", failed.pk))
    candidate = make_candidate()
    shown = text(maintainer, at("run", candidate.training_run.pk))
    assert "Look at doodle 1" in shown
    assert "320 to train on, 40 to watch by, 400 kept for the test" in shown


def test_the_page_of_a_classifier_needs_as_many_queries_for_more_versions(
    maintainer: Client, live: ModelVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_candidate()
    here = at("classifier", "doodle")
    with CaptureQueriesContext(connection) as once:
        maintainer.get(here)
    for seed in range(3):
        make_candidate(seed=seed)
    with django_assert_num_queries(len(once)):
        maintainer.get(here)


def test_what_is_done_comes_first_then_what_is_set_then_what_was(maintainer: Client, live: ModelVersion) -> None:
    make_run(status="succeeded")
    shown = maintainer.get(at("classifier", "doodle")).content.decode()
    titles = re.findall("<h2[^>]*>(.*?)</h2>", shown)
    assert titles == ["Training", "Versions", "Labels", "Reviewing", "Training runs", "Who let what answer"]


def test_anybody_draws_for_a_classifier_of_somebodys_own(visitor: Client, live: ModelVersion, shapes: Classifier) -> None:
    make_version(classifier=shapes, stage="live", card={"input": "bitmap", "labels": ["circle", "square", "triangle"]})
    page = text(visitor, f"/?classifier={shapes.slug}")
    assert "Draw one of these and read what it is: circle, square, triangle." in page
    visitor.post("/", {"strokes": drawing(), "classifier": shapes.slug})
    assert Prediction.objects.get().classifier == shapes
    assert "The network knows 345 things" in text(visitor, "/?classifier=doodle")
    assert "The network knows 345 things" in text(visitor, "/?classifier=nothing")
