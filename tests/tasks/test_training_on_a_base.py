"""A label is added to a built-in classifier whose data set is at hand: the real trainer, from the bundled network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from classifier.actions.add_label import add_label
from classifier.actions.register_version import register_version
from classifier.actions.rename_label import rename_label
from classifier.actions.request_training import request_training
from classifier.ml.catalog import PRETRAINED
from classifier.ml.strokes import parse, render
from classifier.models import Classifier, Label, Sample, TrainingRun
from classifier.tasks import training
from tests.factories import make_image, make_labels
from tests.measured import make_maintainer

pytestmark = [
    pytest.mark.django_db(transaction=True),  # the trainer renews its lease in a thread of its own
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]
SAMPLES = Path(__file__).parent.parent / "ml" / "samples" / "quickdraw.json"
EACH = 12


def drawings() -> dict[str, Any]:
    return {one["word"]: one["drawing"] for one in json.loads(SAMPLES.read_text())["drawings"][:4]}


def shaken(drawing: Any, seed: int) -> Any:
    chance = np.random.default_rng(seed)
    return [
        [np.clip(np.array(axis) + chance.normal(0, 4, len(axis)), 0, 255).round().tolist() for axis in stroke[:2]]
        for stroke in drawing
    ]


@pytest.fixture
def base(settings: Settings, tmp_path: Path) -> list[str]:
    """A data set of three classes, all that this classifier knows: their names."""
    settings.DOODLE_TRAINING_DATA = str(tmp_path / "data")
    folder = tmp_path / "data" / "quickdraw" / "simplified"
    folder.mkdir(parents=True)
    words = list(drawings())[:3]
    for word in words:
        lines = [json.dumps({"drawing": shaken(drawings()[word], at), "key_id": f"{word}{at}"}) for at in range(60)]
        (folder / f"{word}.ndjson").write_text("\n".join(lines))
    return words


def test_a_label_that_people_added_is_learnt_beside_those_of_the_base(base: list[str]) -> None:
    from classifier.ml.inference import Recognizer

    doodle, mary, fourth = make_labels(*base), make_maintainer("mary"), drawings()[list(drawings())[3]]
    live, _ = register_version(artifact=PRETRAINED / "doodle")
    add_label(by=mary, classifier=doodle, name="griffin")
    rename_label(by=mary, classifier=doodle, name=base[0], to="something else")
    griffin = Label.objects.get(name="griffin")
    for at in range(EACH):
        Sample.objects.create(
            image=make_image(mary, strokes=shaken(fourth, at)), classifier=doodle, state="accepted", label=griffin
        )
    request_training(by=mary, classifier=Classifier.objects.get())
    training.train_waiting()
    run = TrainingRun.objects.get()
    assert (run.status, run.start_from) == ("succeeded", live), (run.reason, run.log)
    assert run.training_set
    assert run.training_set.counts["griffin"]["train"] >= EACH / 2
    assert run.training_set.counts["something else"]["train"] > 40
    assert run.model_version
    assert run.model_version.says == ("something else", *base[1:], "griffin")
    recognizer = Recognizer(run.model_version.artifact)
    unseen = np.stack([render(parse(shaken(one, 99))) for one in drawings().values()])
    assert [answer.guesses[0][0] for answer in recognizer.answers(unseen)] == ["something else", *base[1:], "griffin"]
