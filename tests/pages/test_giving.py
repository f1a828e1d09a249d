"""Two reviewers at once: nobody is given what another has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from classifier.models import Sample, User
from tests.conftest import signed_in
from tests.factories import make_reviewer, make_sample

pytestmark = pytest.mark.django_db
NEXT = "/api/v1/review/next/"


@pytest.fixture
def queued(db: None) -> list[Sample]:
    """The most suspicious first."""
    return [make_sample("cat", "dog", suspicion=0.9 - place / 100) for place in range(6)]


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client, address: str) -> str:
    """The sample at which the reviewer ends up."""
    page = client.get(address, follow=True)
    assert page.status_code == 200
    return str(page.request["PATH_INFO"]).split("/")[2]


def let_lapse() -> None:
    Sample.objects.update(held_until=timezone.now() - timedelta(seconds=1))


def test_two_who_start_with_the_first_and_skip_never_meet(queued: list[Sample]) -> None:
    rita, rob = browser_of(make_reviewer()), browser_of(make_reviewer())
    start = f"/review/{queued[0].pk}/?next=1"
    met = [opened(rita, start), opened(rob, start)]
    skips = {who: who.get(f"/review/{id}/").context["skip"] for who, id in zip((rita, rob), met, strict=True)}
    assert skips[rita] == skips[rob] == f"/review/{queued[2].pk}/?state=waiting&next=1"
    met += [opened(rita, skips[rita]), opened(rob, skips[rob])]
    assert met == [str(sample.pk) for sample in queued[:4]]


def test_deciding_leads_past_what_another_holds_and_gives_it_free(queued: list[Sample]) -> None:
    rita, rob = browser_of(make_reviewer()), browser_of(make_reviewer())
    opened(rita, f"/review/{queued[1].pk}/")
    decided = rob.post(f"/review/{queued[0].pk}/", {"label": "cat", "seen": queued[0].seen})
    assert decided["Location"].startswith(f"/review/{queued[2].pk}/")
    rita.post(f"/review/{queued[1].pk}/", {"label": "cat", "seen": queued[1].seen})
    assert not Sample.objects.filter(pk__in=[queued[0].pk, queued[1].pk], held_by__isnull=False).exists()


def test_a_link_to_what_another_holds_still_works_and_says_so(queued: list[Sample]) -> None:
    rita, rob = browser_of(make_reviewer()), browser_of(make_reviewer())
    address = f"/review/{queued[0].pk}/"
    assert "Another reviewer" not in rita.get(address).content.decode()
    assert "Another reviewer" not in rita.get(address).content.decode()
    assert "Another reviewer" in rob.get(address).content.decode()
    assert str(queued[0].pk) in rob.get("/review/grid/").content.decode()
    assert rob.post(address, {"label": "cat", "seen": queued[0].seen}).status_code == 302


def test_programs_are_given_one_each_until_it_lapses(queued: list[Sample]) -> None:
    rita, rob = signed_in(make_reviewer()), signed_in(make_reviewer())
    given = [who.post(NEXT).json()["id"] for who in (rita, rob, rita)]
    assert given == [str(queued[place].pk) for place in (0, 1, 0)]
    assert rob.post(f"{NEXT}?after={queued[1].pk}").json()["id"] == str(queued[2].pk)
    let_lapse()
    assert rob.post(NEXT).json()["id"] == str(queued[0].pk)
    assert rita.post(f"{NEXT}?label=bird").status_code == 204
    assert rita.post(f"{NEXT}?after=x").status_code == 400


def test_being_given_one_does_not_change_what_was_seen(queued: list[Sample]) -> None:
    before = Sample.objects.get(pk=queued[0].pk)
    signed_in(make_reviewer()).post(NEXT)
    after = Sample.objects.get(pk=queued[0].pk)
    assert (after.changed_at, after.seen) == (before.changed_at, before.seen)
    assert after.held_by_id


def test_it_costs_the_same_however_many_are_held(queued: list[Sample], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rita, rob = signed_in(make_reviewer()), make_reviewer()
    rita.post(NEXT)
    for held in (0, 4):
        Sample.objects.filter(pk__in=[sample.pk for sample in queued[:held]]).update(
            held_by=rob, held_until=timezone.now() + timedelta(minutes=1)
        )
        with django_assert_num_queries(3):  # the groups of the account, the sample, the hold
            rita.post(NEXT)


def test_what_was_just_decided_does_not_come_next_where_decided_ones_are_shown_too(queued: list[Sample]) -> None:
    last, rita = queued[-1], browser_of(make_reviewer())
    decided = rita.post(f"/review/{last.pk}/?state=all", {"label": "dog", "seen": last.seen})
    assert decided["Location"].startswith("/review/?")
