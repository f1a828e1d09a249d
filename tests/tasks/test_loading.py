"""Which network answers while versions come, go and break: with real, untrained networks."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.actions.register_version import register_version
from classifier.ml.handover import BadCard, Card
from classifier.models import ModelVersion
from classifier.tasks import loading
from classifier.tasks.loading import Networks
from tests.artifacts import make_photo_artifact
from tests.measured import damage

pytestmark = [
    pytest.mark.django_db(transaction=True),  # a thread of its own looks, too
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]


@pytest.fixture
def first(tmp_path: Path) -> ModelVersion:
    return register_version(artifact=make_photo_artifact(tmp_path / "first"))[0]


@pytest.fixture
def second(first: ModelVersion, tmp_path: Path) -> ModelVersion:
    """Live; `first` was so before."""
    artifact = make_photo_artifact(tmp_path / "second")
    replace(Card.load(artifact), title="The second").save(artifact)
    return register_version(artifact=artifact)[0]


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "AGAIN_AFTER_S", 0.1)


def answers_soon(networks: Networks, live: ModelVersion) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if networks.answering(live).version == live:
            return True
        time.sleep(0.05)
    return False


def test_the_old_version_answers_until_the_new_one_is_loaded(first: ModelVersion, second: ModelVersion) -> None:
    networks = Networks()
    networks.answering(first)
    began = time.monotonic()
    assert networks.answering(second).version == first
    assert time.monotonic() - began < 0.2
    assert answers_soon(networks, second)
    assert networks.answering(first).version == first  # rolled back: it is still held


def test_what_is_damaged_leaves_the_answering_to_the_last_good_one(first: ModelVersion, second: ModelVersion) -> None:
    damage(second)
    networks = Networks()
    assert networks.answering(second).version == first
    assert ModelVersion.objects.live().damaged().get() == second
    weights = second.artifact / second.card["weights_file"]
    weights.write_bytes(weights.read_bytes()[:-1])
    assert answers_soon(networks, second)
    assert not ModelVersion.objects.damaged().exists()


def test_an_altered_card_counts_as_damage(first: ModelVersion, second: ModelVersion) -> None:
    replace(Card.load(second.artifact), temperature=9.0).save(second.artifact)
    networks = Networks()
    assert networks.answering(second).version == first
    assert "card.json was altered" in ModelVersion.objects.get(pk=second.pk).damage


def test_without_any_good_version_it_is_said(first: ModelVersion) -> None:
    damage(first)
    with pytest.raises(BadCard, match="No version of photo can be loaded"):
        Networks().answering(first)


def test_what_was_not_asked_for_longest_is_dropped(
    first: ModelVersion, second: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "AT_MOST", 1)
    networks = Networks()
    networks.answering(first)
    assert answers_soon(networks, second)
    assert networks.answering(first).version == second  # it has to be loaded again
    assert answers_soon(networks, first)
