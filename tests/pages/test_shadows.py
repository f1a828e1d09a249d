"""On the page of a candidate: asking it unseen, and where it differs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from classifier.models import ModelVersion, User
from classifier.models.people import REVIEWERS
from tests.factories import make_sample
from tests.measured import make_candidate
from tests.pages.reading import at, follow, text
from tests.shadowing import answered_now, make_shadow_answer

pytestmark = pytest.mark.django_db


def test_a_candidate_is_asked_too_by_button(maintainer: Client, live: ModelVersion) -> None:
    candidate = make_candidate()
    assert "It can be asked what people ask" in text(maintainer, at("version", candidate.pk))
    begun = follow(maintainer, at("version-shadow", candidate.pk))
    assert "doodle 2 is asked, too, from now on." in begun
    assert "It has not been asked yet." in begun
    second = make_candidate(seed=2)
    assert "doodle 2 answers unseen already" in follow(maintainer, at("version-shadow", second.pk))
    ended = follow(maintainer, at("version-unshadow", candidate.pk))
    assert "doodle 2 is asked no more." in ended


def test_where_it_differs_stands_on_its_page(maintainer: Client, live: ModelVersion, mary: User) -> None:
    candidate = make_candidate()
    mine, theirs = answered_now(live, owner=mary), answered_now(live)
    for answered in (mine, theirs):
        make_shadow_answer(answered, candidate, live_ms=4.0, shadow_ms=10.0)
    make_shadow_answer(answered_now(live), candidate, "cat")
    here = at("version", candidate.pk)
    shown = text(maintainer, here)
    assert "Asked about 3 pictures Answered differently 2 66.7 %" in shown
    assert "2.5 times 10.0 ms, the live one 4.0 ms" in shown
    assert "cat dog 2" in shown
    page = maintainer.get(here).content.decode()
    assert f'href="/images/{mine.image_id}/"' in page
    assert str(theirs.image_id) not in page


def test_a_reviewer_is_led_from_the_picture_to_the_verdict(maintainer: Client, live: ModelVersion, mary: User) -> None:
    candidate, theirs = make_candidate(), answered_now(live)
    make_shadow_answer(theirs, candidate)
    sample = make_sample(image=theirs.image)
    mary.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    assert f'href="/review/{sample.pk}/"' in maintainer.get(at("version", candidate.pk)).content.decode()


def test_what_never_shadowed_and_cannot_says_nothing_of_it(maintainer: Client, live: ModelVersion) -> None:
    assert "unseen" not in text(maintainer, at("version", live.pk))


def test_who_is_no_maintainer_cannot(member: Client, live: ModelVersion) -> None:
    candidate = make_candidate()
    for verb in ("version-shadow", "version-unshadow"):
        assert member.post(at(verb, candidate.pk)).status_code == 403
