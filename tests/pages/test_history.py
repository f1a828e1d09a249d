"""The filters of the history are those of the API, and the table that it offers has what it shows."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from classifier.models import Classifier, Prediction, Sample, User
from tests.factories import make_answer, make_classifier, make_prediction, make_version

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def history(owner: User, doodle: Classifier) -> dict[str, Prediction]:
    """By what is special about each."""
    photos = make_classifier("photo", "photo")
    for classifier in (doodle, photos):
        make_version(classifier=classifier, stage="live")
    made = {
        "cat": make_answer(owner, label="cat"),
        "unlikely": make_answer(owner, label="sheep", probability=0.3),
        "photo": make_prediction(owner, classifier=photos, source="upload", status="failed"),
        "corrected": make_answer(owner, label="cow"),
        "old": make_answer(owner, label="owl"),
    }
    Prediction.objects.filter(pk=made["old"].pk).update(created_at=DAY)
    dog = doodle.labels.get(name="dog")
    said = {"label": dog, "word": "corrected", "word_label": dog}
    Sample.objects.create(image=made["corrected"].image, classifier=doodle, state="corrected", **said)
    return made


def shown(page: str, history: dict[str, Prediction]) -> set[str]:
    return {name for name, row in history.items() if f'href="/images/{row.image_id}/"' in page}


ALL = {"cat", "unlikely", "photo", "corrected", "old"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("classifier=photo", {"photo"}),
        ("label=cat", {"cat"}),
        ("status=failed", {"photo"}),
        ("source=upload", {"photo"}),
        ("corrected=true", {"corrected"}),
        ("corrected=false&label=cow", set()),
        ("min_probability=0.5&max_probability=1", {"cat", "corrected", "old"}),
        ("max_probability=0.5", {"unlikely"}),
        ("from=2026-01-31&to=2026-01-31", {"old"}),
        ("to=2026-01-30", set()),
        ("from=2026-02-01", ALL - {"old"}),
        ("classifier=&label=&status=&from=&corrected=", ALL),
    ],
)
def test_pages_and_api_find_the_same(member: Client, history: dict[str, Prediction], query: str, found: set[str]) -> None:
    page = member.get(f"/history/?{query}").content.decode()
    assert shown(page, history) == found
    link = re.search(r'href="(/api/v1/predictions/\?format=csv[^"]*)"', page)
    assert link
    answer: Any = member.get(link.group(1).replace("&amp;", "&"))
    table = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert {row["id"] for row in table} == {str(history[name].pk) for name in found}


def test_a_day_is_meant_to_its_end_by_programs_too(member: Client, history: dict[str, Prediction]) -> None:
    def ids(query: str) -> list[str]:
        return [row["id"] for row in member.get(f"/api/v1/predictions/?{query}").json()["results"]]

    assert ids("to=2026-01-31") == ids("to=2026-01-31T23:30:00Z") == [str(history["old"].pk)]
    assert ids("to=2026-01-31T23:29:59Z") == ids("to=0001-01-01") == ids("from=9999-12-31") == []


@pytest.mark.parametrize("moment", ["2026-02-30", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "x"])
def test_a_time_that_cannot_be_is_refused(member: Client, moment: str) -> None:
    answer = member.get(f"/api/v1/predictions/?from={moment}")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["from"])


@pytest.mark.parametrize(
    ("query", "name"),
    [("min_probability=2", "Probability from"), ("from=yesterday", "From"), ("status=lost", "Status"), ("classifier=x", "Asked"),
     ("label=%00", "Answer"), ("max_probability=nan", "Probability to")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_left_out(member: Client, history: dict[str, Prediction], query: str, name: str) -> None:
    page = member.get(f"/history/?{query}&source=upload").content.decode()
    assert shown(page, history) == {"photo"}
    said = re.search(r'role="alert"[^>]*>([^<]+)<', page)
    assert said
    assert said.group(1).startswith(f"{name}: ")
    assert 'format=csv&amp;source=upload"' in page


@pytest.mark.parametrize("query", ["from=2026-03-01&to=2026-02-01", "min_probability=0.2&max_probability=0.1"])
def test_an_end_before_the_beginning_is_said(member: Client, history: dict[str, Prediction], query: str) -> None:
    page = member.get(f"/history/?{query}").content.decode()
    assert "Nothing is from" in page
    assert "cat" in shown(page, history)


def test_the_form_keeps_what_was_chosen(member: Client, history: dict[str, Prediction]) -> None:
    page = member.get("/history/", {"label": '"><script>', "from": "2026-01-01", "status": "failed"}).content.decode()
    assert f'value="{escape(chr(34) + "><script>")}"' in page
    assert '<option value="failed" selected>' in page
    assert re.search(r'type="date" name="from" value="2026-01-01"', page)
    assert "Nothing of yours fits these filters." in page
    assert re.search(r"<details[^>]* open", page)


def test_the_pager_keeps_the_filters_with_constant_queries(
    member: Client, owner: User, history: dict[str, Prediction], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(25):
        make_answer(owner, label="cat")
    with django_assert_num_queries(5):  # the session, the account, its groups, the live versions, the rows
        page = member.get("/history/?label=cat&corrected=false").content.decode()
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    second = member.get(older.group(1).replace("&amp;", "&")).content.decode()
    assert shown(second, history) == {"cat"}


def test_who_has_nothing_is_not_asked_to_choose(member: Client, visitor: Client) -> None:
    assert 'role="search"' not in member.get("/history/").content.decode()
    old = timezone.now() - timedelta(days=1)
    assert "Show all" in visitor.get(f"/history/?to={old:%Y-%m-%d}").content.decode()
    assert "format=csv" not in visitor.get("/history/?label=cat").content.decode()
