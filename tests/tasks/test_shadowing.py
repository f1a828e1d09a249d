"""When a candidate is asked what people asked: after them, about what they asked since, and of many some."""

from __future__ import annotations

import time

import pytest

from classifier.actions.rename_label import rename_label
from classifier.actions.shadow_version import shadow_version
from classifier.models import ModelVersion, Prediction, ShadowAnswer
from classifier.models.shadows import Speed
from classifier.tasks import predicting, shadowing
from tests.factories import make_image, make_prediction
from tests.measured import make_maintainer, make_whole_version
from tests.shadowing import Holding, Network, answered_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def live(db: None) -> ModelVersion:
    return make_whole_version(live=True)


@pytest.fixture
def shadow(live: ModelVersion) -> ModelVersion:
    return shadow_version(by=make_maintainer("mary"), version=make_whole_version(b"newer"))


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing was answered."""
    monkeypatch.setattr(shadowing, "_rests_until", 0.0)
    predicting.just_answered.clear()


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Of the candidate, which calls everything a dog."""
    found = Network("dog")
    monkeypatch.setattr(shadowing, "_networks", Holding(found))
    return found


@pytest.fixture
def live_network(monkeypatch: pytest.MonkeyPatch) -> Network:
    found = Network("cat")
    monkeypatch.setattr(shadowing, "networks", Holding(found))
    return found


def answer(version: ModelVersion, number: int = 1) -> list[Prediction]:
    """As a worker has just done."""
    image = make_image()
    made = [answered_now(version, image=image) for _ in range(number)]
    predicting.just_answered.extend(prediction.pk for prediction in made)
    return made


def test_it_is_asked_what_was_answered_and_how_long_both_take(
    live: ModelVersion, shadow: ModelVersion, network: Network, live_network: Network
) -> None:
    (asked,) = answer(live)
    shadowing.shadow_answered()
    kept = ShadowAnswer.objects.get()
    assert (kept.prediction, kept.version, kept.label, kept.differs) == (asked, shadow, "dog", True)
    assert isinstance(ShadowAnswer.objects.speed(), Speed)
    assert (network.calls, live_network.calls) == ([1], [1])
    asked.refresh_from_db()
    assert (asked.label, asked.model_version) == ("cat", live)
    shadowing.shadow_answered()
    assert network.calls == [1]


def test_while_nobody_waits_it_is_asked_about_all_sixteen_at_a_time(
    live: ModelVersion, shadow: ModelVersion, network: Network
) -> None:
    answer(live, 40)
    shadowing.shadow_answered()
    assert network.calls == [16, 16, 8]


def test_while_somebody_waits_it_is_asked_about_some_and_the_live_one_is_left_alone(
    live: ModelVersion, shadow: ModelVersion, network: Network, live_network: Network
) -> None:
    answer(live, 40)
    make_prediction()
    shadowing.shadow_answered()
    assert (network.calls, live_network.calls) == ([16], [])
    assert ShadowAnswer.objects.speed() is None


def test_it_rests_nineteen_times_as_long_as_it_worked(live: ModelVersion, shadow: ModelVersion, network: Network) -> None:
    answer(live)
    began = time.monotonic()
    shadowing.shadow_answered()
    worked = time.monotonic() - began
    assert shadowing._rests_until - time.monotonic() == pytest.approx(19 * worked, rel=0.2)
    answer(live)
    shadowing.shadow_answered()
    assert network.calls == [1]


def test_it_answers_in_the_words_of_today(live: ModelVersion, shadow: ModelVersion, network: Network) -> None:
    answer(live)
    rename_label(by=make_maintainer(), classifier=live.classifier, name="dog", to="hound")
    shadowing.shadow_answered()
    assert ShadowAnswer.objects.get().label == "hound"


def test_without_a_shadow_nothing_is_remembered(live: ModelVersion, network: Network) -> None:
    answer(live)
    shadowing.shadow_answered()
    assert not predicting.just_answered
    assert network.calls == []


def test_what_is_gone_unreadable_or_answered_before_is_passed_over(
    shadow: ModelVersion, live: ModelVersion, network: Network
) -> None:
    early, unreadable, gone = answer(live, 3)
    Prediction.objects.filter(pk=early.pk).update(finished_at=early.created_at.replace(year=2020))
    Prediction.objects.filter(pk=unreadable.pk).update(image=make_image(strokes=None, pixels=b"no picture"))
    gone.delete()
    answer(shadow)
    shadowing.shadow_answered()
    assert network.calls == []
    assert not ShadowAnswer.objects.exists()


@pytest.mark.tensorflow
def test_a_candidate_that_cannot_be_loaded_stops_without_harm(live: ModelVersion, shadow: ModelVersion) -> None:
    answer(live)
    (shadow.artifact / shadow.card["weights_file"]).unlink()
    shadowing.shadow_answered()
    assert not ModelVersion.objects.shadowing().exists()
    assert ModelVersion.objects.get(pk=shadow.pk).damage
