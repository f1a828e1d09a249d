"""Starting from what another network has learnt."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import catalog
from classifier.ml.handover import BadCard, Card, sha256_of
from tests.ml.commanding import Run, assert_refused

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]
DOODLE = catalog.PRETRAINED / "doodle"
TRANSFER = catalog.RECIPES["transfer"]
SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]


def built(recipe: Any) -> Any:
    from classifier.ml.building import build

    return build(recipe.network, recipe.network_options, recipe.input, 3)


def test_everything_but_the_head_is_taken_over() -> None:
    from classifier.ml import transfer

    recipe = transfer.continuing(replace(TRANSFER, network="stacked", network_options={}), DOODLE)
    assert recipe.network == "residual"
    assert recipe.start_from == sha256_of(DOODLE / "model.weights.h5")
    model, other = built(recipe), built(recipe)
    for each in (model, other):
        transfer.take_over(each, DOODLE)
    for ours, theirs in zip(model.layers[:-1], other.layers[:-1], strict=True):
        assert all(np.array_equal(*weights) for weights in zip(ours.get_weights(), theirs.get_weights(), strict=True))
    assert model.layers[-1].units == 3
    assert not np.array_equal(model.layers[-1].get_weights()[0], other.layers[-1].get_weights()[0])


def test_an_artifact_that_reads_something_else_is_refused() -> None:
    from classifier.ml import transfer

    with pytest.raises(BadCard, match="reads the input 'bitmap', but the recipe photo has 'photo'"):
        transfer.continuing(catalog.RECIPES["photo"], DOODLE)


def test_a_weights_file_needs_its_networks_name(tmp_path: Path) -> None:
    from classifier.ml import transfer

    with pytest.raises(ValueError, match="--application"):
        transfer.continuing(TRANSFER, tmp_path / "some.weights.h5")


def test_a_network_of_keras_applications_starts_from_its_weights_file(tmp_path: Path) -> None:
    import keras

    from classifier.ml import transfer

    path = tmp_path / "pretrained.weights.h5"
    published = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(96, 96, 3))
    published.save_weights(path)
    recipe = transfer.continuing(TRANSFER, path, "MobileNetV2")
    model = built(recipe)
    transfer.take_over(model, path)
    assert np.array_equal(model.get_layer("application").get_weights()[0], published.get_weights()[0])
    assert model(np.zeros((1, 28, 28, 1), np.uint8)).shape == (1, 3)


def test_from_the_command_line(run: Run, tmp_path: Path) -> None:
    for sample in SAMPLES[:2]:
        lines = [json.dumps({**sample, "key_id": f"{sample['key_id']}{copy}"}) for copy in range(20)]
        (tmp_path / f"{sample['word']}.ndjson").write_text("\n".join(lines))
    (tmp_path / "names.txt").write_text("\n".join(sample["word"] for sample in SAMPLES[:2]))
    given = ("--data", tmp_path, "--classes", tmp_path / "names.txt", "--from", DOODLE)
    assert_refused(run("train", "cifar10-1", "--data", tmp_path, "--out", tmp_path / "out", "--from", DOODLE), "reads the input")
    ran = run("train", "transfer", "--out", tmp_path / "out", *given)
    assert ran.code == 0, ran.err
    card = Card.load(tmp_path / "out")
    assert (card.network, card.recipe["start_from"]) == ("residual", sha256_of(DOODLE / "model.weights.h5"))
    assert ran.json["validation"]["accuracy"] == 1.0


def test_an_unknown_application_is_named() -> None:
    with pytest.raises(ValueError, match="no network 'ResNet5000'"):
        built(replace(TRANSFER, network="application", network_options={"application": "ResNet5000"}))
