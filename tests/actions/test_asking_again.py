"""History, answered again by the version that is live now."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.test import APIClient

from classifier.actions.ask_history_again import ask_history_again
from classifier.models import ModelVersion, Prediction, Promotion, User
from tests.factories import make_answer, make_version

pytestmark = pytest.mark.django_db
AGAIN = "/api/v1/predictions/again/"


@pytest.fixture
def live(db: None) -> ModelVersion:
    """Took the place of another, which has answered some of the owner's pictures."""
    old, new = make_version(), make_version()
    for version in (old, new):
        Promotion.objects.put_live(version)
    return new


@pytest.fixture
def outdated(live: ModelVersion, owner: User) -> list[Prediction]:
    old = ModelVersion.objects.once_live(live.classifier).get()
    return [make_answer(owner, model_version=old) for _ in range(3)]


def test_what_an_older_version_answered_is_asked_again_once(live: ModelVersion, outdated: list[Prediction], owner: User) -> None:
    make_answer(owner, model_version=live)
    others = make_answer(model_version=outdated[0].model_version)
    assert ask_history_again(by=owner, classifier=live.classifier) == 3
    waiting = Prediction.objects.filter(status="queued")
    assert {one.image_id for one in waiting} == {one.image_id for one in outdated}
    assert {one.line for one in waiting}.isdisjoint({owner.pk, None})
    assert Prediction.objects.filter(pk__in=[one.pk for one in outdated], status="succeeded").count() == 3
    assert ask_history_again(by=owner, classifier=live.classifier) == 0
    assert not waiting.filter(image=others.image).exists()


def test_no_more_than_a_thousand_at_once(
    live: ModelVersion, outdated: list[Prediction], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.actions.ask_history_again.MOST", 2)
    assert [ask_history_again(by=owner, classifier=live.classifier) for _ in range(3)] == [2, 1, 0]


def test_without_a_live_version_there_is_nobody_to_ask(outdated: list[Prediction], live: ModelVersion, owner: User) -> None:
    ModelVersion.objects.update(stage="retired")
    assert ask_history_again(by=owner, classifier=live.classifier) == 0


def test_a_program_asks_again(api: APIClient, outdated: list[Prediction]) -> None:
    said = api.post(AGAIN, {"classifier": "doodle"})
    assert (said.status_code, said.json()) == (202, {"asked": 3})
    assert api.post(AGAIN, {"classifier": "nothing"}).status_code == 400


def test_a_button_in_the_history_does(owner: User, live: ModelVersion, outdated: list[Prediction]) -> None:
    client = Client()
    client.force_login(owner)
    here = "/history/?classifier=doodle"
    assert f"Ask {live}" in client.get(here).content.decode()
    assert f"Ask {live}" not in client.get("/history/").content.decode()
    said = client.post("/history/again/", {"classifier": "doodle"}, follow=True)
    assert "3 pictures asked about again. The old answers stay." in said.content.decode()
    assert f"Ask {live}" not in client.get(here).content.decode()
    assert client.post("/history/again/", {"classifier": "no\0thing"}).status_code == 404
