"""The page on which the twenty pictures are labelled that teach most."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from classifier.actions.rename_label import rename_label
from classifier.models import Classifier, Prediction, Sample, User
from classifier.models.people import REVIEWERS
from classifier.pages import labelling
from tests.factories import make_answer
from tests.pages.reading import follow, text

pytestmark = pytest.mark.django_db
HERE = "/workshop/classifiers/doodle/label/"


@pytest.fixture
def mary(mary: User, doodle: Classifier) -> User:
    """A reviewer, too."""
    mary.groups.add(Group.objects.get_or_create(name=REVIEWERS)[0])
    return mary


def said(*answers: tuple[Prediction, str], **more: str) -> dict[str, Any]:
    """As the page sends it."""
    taps = {f"is-{answer.image_id}": tapped for answer, tapped in answers if tapped}
    seen = {f"seen-{answer.image_id}": "new::0" for answer, _ in answers}
    return {"image": [str(answer.image_id) for answer, _ in answers], **taps, **seen, **more}


def test_each_picture_has_its_labels_to_tap(maintainer: Client, mary: User) -> None:
    answer = make_answer(mary)
    page = maintainer.get(HERE).content.decode()
    assert f'src="/images/{answer.image_id}/file/"' in page
    taps = re.findall(rf'name="is-{answer.image_id}" value="([^"]+)"', page)
    assert taps == ["label:cat", "label:dog", "label:bird", "label:house", "unusable"]


def test_of_many_labels_the_guesses_and_a_field_stand_there(
    maintainer: Client, mary: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labelling, "FEW_LABELS", 3)
    answer = make_answer(mary)
    page = maintainer.get(HERE).content.decode()
    assert re.findall(rf'name="is-{answer.image_id}" value="label:([^"]+)"', page) == ["cat", "dog", "bird"]
    assert f'name="other-{answer.image_id}"' in page
    assert '<option value="house">' in page


def test_an_answer_by_a_former_name_is_confirmed_by_todays(maintainer: Client, mary: User, doodle: Classifier) -> None:
    answer = make_answer(mary)
    rename_label(by=mary, classifier=doodle, name="cat", to="kitten")
    maintainer.post(HERE, said((answer, "label:kitten")))
    assert str(Sample.objects.get().reviews.get()) == "confirmed kitten"


def test_what_is_tapped_is_decided_and_what_is_left_open_passed_over(maintainer: Client, mary: User) -> None:
    right, wrong, bad, left = (make_answer(mary) for _ in range(4))
    fields = said((right, "label:cat"), (wrong, "label:dog"), (bad, "unusable"), (left, ""))
    done = maintainer.post(HERE, fields, follow=True).content.decode()
    assert "3 pictures labelled." in done
    states = {sample.image_id: str(sample) for sample in Sample.objects.all()}
    assert states == {right.image_id: "accepted cat", wrong.image_id: "corrected dog", bad.image_id: "excluded"}
    assert str(left.image_id) not in done
    assert "Look again at those that you passed over." in unescape(done)
    assert str(left.image_id) in maintainer.get(HERE).content.decode()


def test_a_typed_label_goes_before_a_tapped_one(maintainer: Client, mary: User) -> None:
    answer = make_answer(mary)
    follow(maintainer, HERE, **said((answer, "label:cat"), **{f"other-{answer.image_id}": " House "}))
    assert str(Sample.objects.get()) == "corrected house"


def test_what_cannot_be_taken_is_said_and_stays(maintainer: Client, mary: User) -> None:
    answer = make_answer(mary)
    unknown = said((answer, ""), **{f"other-{answer.image_id}": "tiger"})
    assert "has no label" in follow(maintainer, HERE, **unknown)
    maintainer.post(f"/images/{answer.image_id}/review/", {"classifier": "doodle", "label": "dog"})
    assert "has changed since you looked" in follow(maintainer, HERE, **said((answer, "label:cat")))
    answer.image.delete()
    assert "is not there any more" in follow(maintainer, HERE, **said((answer, "label:cat")))
    assert "Nothing waits for a label here." in follow(maintainer, HERE, image="no id")


def test_the_word_of_who_is_no_reviewer_decides_nothing(member: Client, owner: User, doodle: Classifier) -> None:
    doodle.made_by = owner
    doodle.save()
    answer = make_answer(owner)
    assert "a reviewer decides" in text(member, HERE)
    assert "That is your word" in follow(member, HERE, **said((answer, "label:dog")))
    sample = Sample.objects.get()
    assert (sample.state, str(sample.word_label)) == ("new", "dog")
    assert "Nothing waits for a label here." in text(member, HERE)


def test_others_are_sent_away(member: Client, reviewer: Client, doodle: Classifier) -> None:
    assert member.get(HERE).status_code == reviewer.get(HERE).status_code == 403
    assert member.get("/workshop/classifiers/none/label/").status_code == 404
