from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from classifier.models import Prediction, TrainingRun, Unpacking, User
from tests.factories import make_answer, make_batch, make_classifier, make_prediction

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_what_is_under_way_is_told_until_it_is_done(browser: Client, owner: User, stranger: User) -> None:
    batch = make_batch(owner, [make_answer(owner), make_prediction(owner)])
    make_batch(owner, [make_answer(owner)])
    make_batch(stranger, [make_prediction(stranger)])
    run = TrainingRun.objects.create(classifier=make_classifier("mine"), recipe="people", requested_by=owner)
    told = browser.get("/news/").json()["under_way"]
    assert [(entry["id"], entry["url"]) for entry in told] == [
        (str(batch.pk), f"/batches/{batch.pk}/"),
        (str(run.pk), f"/workshop/runs/{run.pk}/"),
    ]
    Prediction.objects.update(status="succeeded")
    TrainingRun.objects.update(status="failed")
    assert browser.get("/news/").json() == {"under_way": []}


def test_nothing_new_costs_nothing_but_a_look(
    browser: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = browser.get("/news/")
    with django_assert_max_num_queries(4):
        again = browser.get("/news/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_batch(owner, [make_prediction(owner)])
    assert browser.get("/news/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_visitor_without_anything_is_told_nothing() -> None:
    assert Client().get("/news/").json() == {"under_way": []}


def test_a_batch_that_came_in_bulk_has_a_page_of_any_size(browser: Client, owner: User) -> None:
    batch = make_batch(owner, [make_answer(owner)])
    Unpacking.objects.create(batch=batch, file="bulk/gone", total=10_000, next_place=1, problem="The archive is damaged.")
    assert str(batch.pk) in browser.get("/news/").content.decode()
    page = browser.get(f"/batches/{batch.pk}/").content.decode()
    assert "10000 pictures" in page
    assert "1 answered" in page
    assert "The archive is damaged." in page
    assert f"/api/v1/batches/{batch.pk}/results/?format=csv" in page
