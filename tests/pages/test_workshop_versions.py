"""The page of a version: what it is worth, and whether it shall answer."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from classifier.actions.review_image import review_image
from classifier.models import ModelVersion, User
from classifier.models.people import REVIEWERS
from classifier.models.versions import Stage
from classifier.pages import reports
from tests.factories import make_answer, make_classifier, make_image
from tests.measured import LABELS, make_candidate, measure
from tests.pages.reading import at, follow, text

pytestmark = pytest.mark.django_db


def test_a_version_is_shown_beside_the_live_one(maintainer: Client, live: ModelVersion) -> None:
    candidate = make_candidate(0.9)
    here = at("version", candidate.pk)
    assert "doodle 1 is still to be measured" in text(maintainer, here)
    measure(live, candidate, 0.7)
    shown = text(maintainer, here)
    assert "It is better: +20.0 points (95 %" in shown
    assert "On 400 test pictures Right 90.0 %" in shown
    page = maintainer.get(here).content.decode()
    assert page.count('<td class="end better">') == len(LABELS)
    assert page.count('<tr><th scope="row">') == 2 * len(LABELS)  # the table of classes, and the matrix
    assert 'name="note"' not in page


def test_its_mistakes_are_shown_where_their_pictures_may_be_seen(maintainer: Client, mary: User) -> None:
    own, others = make_image(mary), make_image()
    candidate = make_candidate(0.5, images=tuple(str(image.pk) for image in (own, others) for _ in range(4)))
    page = maintainer.get(at("version", candidate.pk)).content.decode()
    assert page.count(f"/images/{own.pk}/file/") == 1
    assert str(others.pk) not in page


def test_a_cell_of_the_matrix_leads_a_reviewer_to_its_pictures(maintainer: Client, mary: User) -> None:
    image = make_answer(mary).image
    review_image(by=mary, image=image, classifier=make_classifier(), verdict="confirmed", label="cat")
    here = at("version", make_candidate(0.5, pictures=40, images=(str(image.pk),) * 40).pk)
    assert "/review/grid/" not in maintainer.get(here).content.decode()
    mary.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    links = re.findall(r'<td class="[^"]*"><a href="([^"]+)"', maintainer.get(here).content.decode())
    assert len(links) >= len(LABELS)
    assert f"/images/{image.pk}/file/" in maintainer.get(unescape(links[0])).content.decode()


def test_a_version_of_many_labels_lists_what_it_confuses(maintainer: Client, live: ModelVersion, monkeypatch: Any) -> None:
    monkeypatch.setattr(reports, "MATRIX_LABELS", 3)
    monkeypatch.setattr(reports, "CLASSES", 3)
    shown = text(maintainer, at("version", make_candidate(0.9).pk))
    assert re.search(r"cat for dog \d+ times", shown)
    assert "And 1 more, with smaller changes." in shown


def test_promoting_and_rolling_back_by_button(maintainer: Client, live: ModelVersion) -> None:
    candidate = make_candidate(0.6)
    measure(live, candidate, 0.8)
    here = at("version", candidate.pk)
    assert 'name="note"' in maintainer.get(here).content.decode()
    assert "It is worse" in follow(maintainer, at("version-promote", candidate.pk))
    assert ModelVersion.objects.live_for(live.classifier) == live
    done = follow(maintainer, at("version-promote", candidate.pk), note="It knows the new pens.")
    assert "doodle 2 answers from now on." in done
    assert "It knows the new pens." in text(maintainer, at("classifier", "doodle"))
    assert "Roll back to doodle 1" in done
    assert "doodle 1 answers again" in follow(maintainer, at("version-roll-back", candidate.pk))
    assert "not the live version any more" in follow(maintainer, at("version-roll-back", candidate.pk))
    retired = text(maintainer, here)
    assert "It answered before" in retired
    assert "Let it answer again" in retired


def test_the_first_version_is_promoted_without_a_note(maintainer: Client) -> None:
    first = make_candidate(0.5, pictures=20)
    assert "Nothing does yet." in text(maintainer, at("version", first.pk))
    assert "doodle 1 answers from now on." in follow(maintainer, at("version-promote", first.pk))
    assert ModelVersion.objects.get(pk=first.pk).stage == Stage.LIVE


def test_a_version_that_nobody_measured_shows_its_card(maintainer: Client, live: ModelVersion) -> None:
    shown = text(maintainer, at("version", live.pk))
    assert "has not answered test pictures yet" in shown
    assert live.card_sha256 in shown
