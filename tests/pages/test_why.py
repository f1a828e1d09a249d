"""`/images/<id>/why/`: asked for by the first look, shown when it is made, to whom it belongs."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Explanation, Neighbour, Prediction, User
from tests.factories import make_answer, make_explanation, make_image, make_prediction, make_reviewer, make_sample, make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner: User) -> Client:
    return browser_of(owner)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def why(client: Client, prediction: Prediction, **query: str) -> str:
    answer = client.get(reverse("pages:why", args=[prediction.image_id]), {"prediction": str(prediction.pk), **query})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_result_leads_to_it_and_it_asks(client: Client, owner: User) -> None:
    prediction = make_answer(owner)
    result = client.get(reverse("pages:result", args=[prediction.image_id])).content.decode()
    address = re.search(r'href="([^"]+)">Why\?', result)
    assert address
    page = client.get(address.group(1)).content.decode()
    assert "No worker is running" in page
    make_worker()
    page = client.get(address.group(1)).content.decode()
    assert "Looking into it" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert Explanation.objects.get().label == "cat"


def test_what_was_made_is_shown_with_its_map_and_its_examples(client: Client, owner: User) -> None:
    prediction = make_explanation(make_answer(owner)).prediction
    page = why(client, prediction)
    assert "Nearest example: cat (0.91 alike). Runner-up: dog, 0.10, whose nearest example is 0.74 alike." in page
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in page
    assert "http-equiv" not in page
    address = re.search(r'src="([^"]+heatmap[^"]+)"', page)
    assert address
    picture = client.get(address.group(1).replace("&amp;", "&"))
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    for label in ("dog", "bird"):
        assert f"label={label}" in page


def test_each_label_has_its_own_and_unknown_ones_are_not_found(client: Client, owner: User) -> None:
    prediction = make_explanation(make_answer(owner)).prediction
    assert "Why dog?" in why(client, prediction, label="dog")
    assert Explanation.objects.filter(label="dog", status="queued").exists()
    address = reverse("pages:why", args=[prediction.image_id])
    assert client.get(address, {"label": "tiger"}).status_code == 404
    assert client.get(address, {"prediction": "nonsense"}).status_code == 404
    assert client.get(reverse("pages:image-heatmap", args=[prediction.image_id]), {"label": "cat"}).status_code == 404


def test_what_failed_says_why(client: Client, owner: User) -> None:
    made = make_explanation(make_answer(owner), status="failed", problem="The picture could not be read.")
    assert "The picture could not be read." in why(client, made.prediction)


def test_before_there_is_an_answer_it_leads_back(client: Client, owner: User) -> None:
    waiting = make_prediction(owner)
    answer = client.get(reverse("pages:why", args=[waiting.image_id]), {"prediction": str(waiting.pk)})
    assert answer["Location"] == reverse("pages:result", args=[waiting.image_id])


def test_other_peoples_pictures_are_not_shown_but_to_reviewers(client: Client, owner: User) -> None:
    own, others = make_image(owner), make_sample().image
    near = [Neighbour("cat", 0.9, own.pk).kept(), Neighbour("cat", 0.8, others.pk).kept()]
    prediction = make_explanation(make_answer(owner), nearest=near).prediction
    page = why(client, prediction)
    assert reverse("pages:image-file", args=[own.pk]) in page
    assert reverse("pages:image-file", args=[others.pk]) not in page
    assert "0.80 alike" in page
    sample = make_sample(image=prediction.image)
    page = why(browser_of(make_reviewer()), prediction)
    assert reverse("pages:image-file", args=[others.pk]) in page
    assert reverse("pages:image-file", args=[own.pk]) not in page
    assert reverse("pages:review-sample", args=[sample.pk]) in page


def test_a_reviewer_is_led_to_it_by_a_key_and_back_to_the_same_selection(owner: User) -> None:
    prediction = make_answer(owner)
    here = f"{reverse('pages:review-sample', args=[make_sample(image=prediction.image).pk])}?state=all"
    reviewer = browser_of(make_reviewer())
    link = re.search(r'<details class="review-why" data-key="w">.*?href="([^"]+)"', reviewer.get(here).content.decode(), re.S)
    assert link
    why_it = html.unescape(link.group(1))
    assert f'href="{here}"' in reviewer.get(why_it).content.decode()
    elsewhere = reviewer.get(reverse("pages:why", args=[prediction.image_id]), {"next": "https://example.com/"})
    assert "example.com" not in elsewhere.content.decode().partition("actions")[2].partition("</div>")[0]


def test_strangers_and_visitors_see_nothing_of_it(owner: User, stranger: User) -> None:
    prediction = make_explanation(make_answer(owner)).prediction
    query = {"prediction": str(prediction.pk), "label": "cat"}
    for client in (browser_of(stranger), Client()):
        for name in ("why", "image-heatmap"):
            assert client.get(reverse(f"pages:{name}", args=[prediction.image_id]), query).status_code == 404
