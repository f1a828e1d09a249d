"""What a reviewer finds in the single view to judge by: the reasons in place, what is labelled here, the strokes."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from classifier.models import Explanation, ModelVersion, Prediction, Question, Sample, User
from classifier.models.explanations import MOST_WAITING
from classifier.models.labelled_alike import labelled_alike
from tests.factories import HOUSE, make_answer, make_explanation, make_image, make_sample, make_version

pytestmark = pytest.mark.django_db
IN_PLACE = {"HX-Request": "true"}
POLL = {**IN_PLACE, "HX-Target": "why"}
SEEN = (1.0, 0.0, 0.0)


def features(*values: float) -> bytes:
    return np.array(values, np.float16).tobytes()


@pytest.fixture
def version(db: None) -> ModelVersion:
    return make_version()


@pytest.fixture
def answer(owner: User, version: ModelVersion) -> Prediction:
    """About a doubted sample, with what the network saw in it."""
    made = make_answer(owner, model_version=version, features=features(*SEEN))
    make_sample(image=made.image, suggestion="dog")
    return made


def labelled(version: ModelVersion, seen: Sequence[float], label: str = "dog", **fields: Any) -> Sample:
    """A decided sample whose picture the version answered about."""
    sample = make_sample(label, **fields)
    make_answer(image=sample.image, model_version=version, features=features(*seen))
    return sample


def single_view(client: Client, answer: Prediction) -> str:
    sample = answer.image.samples.get()
    return client.get(reverse("pages:review-sample", args=[sample.pk])).content.decode()


def reasons(client: Client, answer: Prediction, headers: dict[str, str]) -> str:
    address = f"{reverse('pages:why', args=[answer.image_id])}?prediction={answer.pk}"
    return client.get(address, headers=headers).content.decode()


def test_nothing_is_asked_before_somebody_looks(reviewer: Client, answer: Prediction) -> None:
    page = single_view(reviewer, answer)
    assert not Explanation.objects.exists()
    address = re.search(r'class="why-here" hx-get="([^"]+)"', page)
    assert address
    assert "<noscript>" in reviewer.get(html.unescape(address.group(1)), headers=IN_PLACE).content.decode()
    assert Explanation.objects.get().prediction == answer


def test_what_is_decided_and_most_alike_stands_beside_the_reasons(
    reviewer: Client, answer: Prediction, version: ModelVersion
) -> None:
    make_explanation(answer)
    far, near = labelled(version, (0.6, 0.8, 0.0), "bird"), labelled(version, (2.0, 0.0, 0.0), "dog")
    page = reasons(reviewer, answer, IN_PLACE)
    shown = page.partition('id="alike"')[2]
    found = re.findall(r'href="/review/([^/]+)/[^>]*><img[^>]* alt="([^"]+)"', shown)
    assert found == [(str(near.pk), "dog, 1.00 alike"), (str(far.pk), "bird, 0.60 alike")]
    assert "Nearest example: cat" in page
    assert reviewer.get(reverse("pages:image-file", args=[near.image_id])).status_code == 200


def test_it_is_looked_for_once_and_not_with_every_look_whether_the_map_is_there(
    reviewer: Client, member: Client, answer: Prediction, version: ModelVersion
) -> None:
    labelled(version, SEEN)
    assert 'id="alike"' in reasons(reviewer, answer, IN_PLACE)
    assert 'id="alike"' in reasons(reviewer, answer, {})
    assert 'id="alike"' not in reasons(reviewer, answer, POLL)
    assert 'id="alike"' not in reasons(member, answer, {}), "Its owner reviews nothing."


def test_only_what_is_decided_and_was_seen_by_the_same_version(rita: User, answer: Prediction, version: ModelVersion) -> None:
    labelled(version, SEEN, state="excluded")
    labelled(version, SEEN, state="new", label="cat")
    labelled(make_version(), SEEN)
    make_answer(model_version=version, features=features(*SEEN))  # nobody decided it
    make_answer(image=make_sample().image, model_version=version)  # nothing was kept
    kept = labelled(version, (0.0, 1.0, 0.0))
    make_answer(image=kept.image, model_version=version, features=features(0.0, 1.0, 0.0))  # asked again
    (found,) = labelled_alike(answer, rita)
    assert (found.sample, found.alike) == (kept, 0.0)
    assert labelled_alike(make_answer(model_version=version), rita) == []


def test_what_a_reviewer_is_tried_with_is_not_told(rita: User, answer: Prediction, version: ModelVersion) -> None:
    tried = labelled(version, SEEN, known=True)
    assert [one.sample for one in labelled_alike(answer, rita)] == [tried]
    Question.objects.create(reviewer=rita, sample=tried, rank=1, placed_at=tried.changed_at)
    assert labelled_alike(answer, rita) == []


def test_the_six_nearest_of_many_cost_three_queries(rita: User, answer: Prediction, version: ModelVersion) -> None:
    for step in range(9):
        labelled(version, (1.0, step / 10, 0.0))
    with CaptureQueriesContext(connection) as asked:
        found = labelled_alike(answer, rita)
        assert [str(one.sample.label) for one in found] == ["dog"] * 6
    assert len(asked) == 3
    assert [one.alike for one in found] == sorted((one.alike for one in found), reverse=True)
    assert found[0].alike == 1


def test_too_many_at_once_are_told_in_place(reviewer: Client, owner: User, answer: Prediction) -> None:
    for _ in range(MOST_WAITING):
        make_explanation(make_answer(owner), status="queued", finished_at=None)
    told = reasons(reviewer, answer, IN_PLACE)
    assert told.startswith('<p class="notice error" id="why">At most 20 explanations')


def test_a_drawing_can_be_drawn_again_by_whoever_may_see_it(reviewer: Client, member: Client, answer: Prediction) -> None:
    path = reverse("pages:image-strokes", args=[answer.image_id])
    assert f'data-replay="{path}"' in single_view(reviewer, answer)
    assert reviewer.get(path).json() == member.get(path).json() == {"strokes": HOUSE}
    assert Client().get(path).status_code == 404


def test_a_photo_has_no_strokes(reviewer: Client) -> None:
    answer = make_answer(image=make_image(strokes=None))
    make_sample(image=answer.image)
    assert "data-replay" not in single_view(reviewer, answer)
    assert reviewer.get(reverse("pages:image-strokes", args=[answer.image_id])).status_code == 404


def test_a_reviewer_chooses_among_five_where_who_asked_is_told_three(reviewer: Client, api: APIClient, owner: User) -> None:
    sample = make_sample("cat")
    answer = make_answer(image=sample.image)
    page = reviewer.get(f"/review/{sample.pk}/").content.decode()
    assert [f'data-key="{key}"' in page for key in range(1, 7)] == [True] * 5 + [False]
    told = api.get(f"/api/v1/predictions/{make_answer(owner).pk}/").json()["guesses"]
    assert [guess["label"] for guess in told] == ["cat", "dog", "bird"]
    assert len(answer.guesses) == 5
