"""Labels that are changed by pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from classifier.models import Classifier, LabelChange, ModelVersion
from tests.factories import make_labels, make_sample
from tests.pages.reading import at, follow, text

pytestmark = pytest.mark.django_db
ADD, RENAME, MERGE = (at(f"label-{verb}", "doodle") for verb in ("add", "rename", "merge"))
HERE = at("classifier", "doodle")


@pytest.fixture
def animals(live: ModelVersion) -> Classifier:
    return live.classifier


def test_a_new_label_waits_for_a_training_run(maintainer: Client, animals: Classifier) -> None:
    shown = follow(maintainer, ADD, name="tiger")
    assert "tiger is there. Give it pictures" in shown
    assert "tiger waits for the next training run: doodle 1 does not know it yet." in shown
    assert "tiger was added by mary" in shown
    assert f"{at('pictures', 'doodle')}?label=tiger" in maintainer.get(HERE).content.decode()
    assert "DOODLE_TRAINING_DATA . Or make a classifier of your own" in shown
    assert "There is a label &#x27;cat&#x27; already" in follow(maintainer, ADD, name="Cat")


def test_a_renamed_label_shows_where_it_came_from(maintainer: Client, animals: Classifier) -> None:
    shown = follow(maintainer, RENAME, label="cat", name="kitten")
    assert "cat is called kitten from now on" in shown
    assert "cat was renamed to kitten by mary" in shown
    assert "wait" not in shown.partition("Labels")[2].partition("Reviewing")[0]
    assert "It is called &#x27;kitten&#x27; now." in follow(maintainer, RENAME, label="cat", name="puss")


def test_a_merge_is_asked_about_with_what_it_touches(maintainer: Client, animals: Classifier) -> None:
    for _ in range(2):
        make_sample("cat")
    asked = text(maintainer, f"{MERGE}?label=cat&into=dog")
    assert "Merge cat into dog?" in asked
    assert "This cannot be undone. 2 pictures labelled cat become dog , and nobody" in asked
    assert not LabelChange.objects.exists()
    assert "cat became part of dog, with 2 pictures by mary" in follow(maintainer, MERGE, label="cat", into="dog")
    assert "No picture is labelled bird ." in text(maintainer, f"{MERGE}?label=bird&into=dog")


@pytest.mark.parametrize(
    ("label", "into", "problem"),
    [("cat", "cat", "cannot be merged into itself"), ("cow", "cat", "no label &#x27;cow&#x27;"), ("cat", "", "has no label")],
)
def test_a_merge_that_cannot_be_is_not_asked_about(
    maintainer: Client, animals: Classifier, label: str, into: str, problem: str
) -> None:
    answer = maintainer.get(MERGE, {"label": label, "into": into}, follow=True)
    assert problem in answer.content.decode()
    assert problem in maintainer.post(MERGE, {"label": label, "into": into}, follow=True).content.decode()
    assert not LabelChange.objects.exists()


def test_of_many_labels_one_is_typed(maintainer: Client, animals: Classifier) -> None:
    assert '<select name="into"' in maintainer.get(HERE).content.decode()
    make_labels(*(f"thing {number}" for number in range(40)))
    page = maintainer.get(HERE).content.decode()
    assert '<input name="into" list="label-names"' in page
    assert "40 labels wait for the next training run: doodle 1 does not know them yet." in page


def test_others_may_not(member: Client, animals: Classifier) -> None:
    assert [member.post(path, {"name": "x", "label": "cat", "into": "dog"}).status_code for path in (ADD, RENAME, MERGE)] == [
        403
    ] * 3
    assert member.get(MERGE).status_code == 403


def test_the_page_needs_as_many_queries_for_more_changes(
    maintainer: Client, animals: Classifier, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    follow(maintainer, ADD, name="tiger")
    with CaptureQueriesContext(connection) as once:
        maintainer.get(HERE)
    needed = len(once)
    for name in ("lion", "cow", "ox"):
        follow(maintainer, ADD, name=name)
    maintainer.get(HERE)  # what was said is gone
    with django_assert_num_queries(needed):
        maintainer.get(HERE)
