"""A recipe small enough for a test, from the folder of drawings to the artifact."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import catalog, strokes
from classifier.ml.__main__ import main
from classifier.ml.handover import BadCard, Card, Recipe

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),  # Keras' own
]

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
TINY = Recipe(
    name="tiny",
    title="Cats and houses",
    classifier="doodle",
    kind="drawing",
    network="residual",
    network_options={"stem": 4, "widths": [8], "blocks": 1},
    dataset="quickdraw",
    augmentation="strokes",
    validation_share=0.3,
    epochs=1,
    batch_size=4,
    learning_rate=1e-2,
    seed=1,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drawings, each many times, a little moved and with a key of its own."""
    root = tmp_path_factory.mktemp("data")
    for sample in SAMPLES[:2]:
        with (root / f"{sample['word']}.ndjson").open("w") as file:
            for copy in range(16):
                drawing = [[[min(255, value + copy % 3) for value in row] for row in stroke] for stroke in sample["drawing"]]
                file.write(json.dumps({"word": sample["word"], "key_id": f"{sample['key_id']}{copy}", "drawing": drawing}) + "\n")
    return root


@pytest.fixture(autouse=True)
def policy() -> Iterator[None]:
    """Training sets Keras' policy for the process."""
    import keras

    before = keras.mixed_precision.global_policy()
    yield
    keras.mixed_precision.set_global_policy(before)


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from classifier.ml import training

    out = tmp_path_factory.mktemp("trained") / "tiny"
    training.train(TINY, data, out)
    return out


@pytest.fixture
def artifact(trained: Path, tmp_path: Path) -> Path:
    """One's own to spoil."""
    return Path(shutil.copytree(trained, tmp_path / "artifact"))


def history(artifact: Path) -> list[dict[str, float]]:
    entries: list[dict[str, float]] = json.loads((artifact / "history.json").read_text())
    return entries


def test_the_artifact_says_what_it_is(artifact: Path) -> None:
    card = Card.load(artifact)
    assert (card.name, card.network, card.labels) == ("tiny", "residual", ("cat", "house"))
    assert card.check_weights(artifact) == artifact / card.weights_file
    assert Recipe(**card.recipe) == TINY
    assert 0.2 <= card.temperature <= 5
    assert 0 < card.unsure_below <= 0.5
    assert card.trained["epochs"] == len(history(artifact)) == 1
    assert card.trained["examples"] + card.metrics["validation"]["count"] == 32
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "seconds"} <= set(history(artifact)[0])
    assert (artifact / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_the_artifact_answers(artifact: Path) -> None:
    from classifier.ml.inference import Recognizer

    recognizer = Recognizer(artifact)
    bitmaps = np.stack([strokes.render(strokes.parse(sample["drawing"])) for sample in SAMPLES])
    many = recognizer.probabilities(bitmaps[np.arange(35) % len(SAMPLES)])
    assert many.shape == (35, 2)
    assert np.allclose(many.sum(axis=1), 1)
    assert np.array_equal(many[:1], recognizer.probabilities(bitmaps[:1]))


def test_the_weights_are_those_of_the_network_alone(artifact: Path) -> None:
    with import_module("h5py").File(artifact / Card.load(artifact).weights_file) as file:
        assert "optimizer" not in file


def test_training_leaves_the_process_as_it_was(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from classifier.ml import training

    monkeypatch.setattr(training, "_fit", lambda *arguments: None)
    monkeypatch.setattr("classifier.ml.artifact.write", lambda *arguments: None)
    before = keras.mixed_precision.global_policy().name
    training.train(replace(TINY, precision="mixed_bfloat16"), data, tmp_path)
    assert keras.mixed_precision.global_policy().name == before


@pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")
def test_weights_of_another_network_are_refused_with_a_sentence(artifact: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(Card.load(artifact), network_options={"stem": 6, "widths": [8], "blocks": 1}).save(artifact)
    assert main(["classify", str(artifact), "none.png"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "cannot be loaded" in printed.err
    assert len(printed.err.splitlines()) == 1


def test_altered_weights_are_refused(artifact: Path) -> None:
    from classifier.ml.inference import Recognizer

    weights = artifact / Card.load(artifact).weights_file
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(BadCard, match="sha256"):
        Recognizer(artifact)
    weights.unlink()
    with pytest.raises(BadCard, match="no weights file"):
        Card.load(artifact).check_weights(artifact)


def test_a_killed_run_goes_on_from_its_last_epoch(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from classifier.ml import training

    recipe, remember, epochs = replace(TINY, epochs=2), training._remember, []

    def killed_in_the_second(out: Path, epoch: int, logs: dict[str, float]) -> Any:
        if epoch == 1:
            raise KeyboardInterrupt
        return remember(out, epoch, logs)

    def counted(out: Path, epoch: int, logs: dict[str, float]) -> Any:
        epochs.append(epoch)
        return remember(out, epoch, logs)

    monkeypatch.setattr(training, "_remember", killed_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        training.train(recipe, data, tmp_path)
    before = history(tmp_path)
    assert len(before) == 1
    assert not (tmp_path / "card.json").exists()

    monkeypatch.setattr(training, "_remember", counted)
    monkeypatch.setitem(catalog.RECIPES, "tiny", recipe)
    capsys.readouterr()
    assert main(["train", "tiny", "--data", str(data), "--out", str(tmp_path)]) == 0
    assert epochs == [1]
    assert history(tmp_path)[:1] == before
    assert Card.load(tmp_path).trained["epochs"] == len(history(tmp_path)) == 2

    printed = capsys.readouterr()  # the result is all that stands on stdout
    assert json.loads(printed.out) == {"artifact": str(tmp_path), **Card.load(tmp_path).metrics}
    assert "val_accuracy" in printed.err


def test_each_epoch_is_fixed_by_the_seed_and_unlike_the_others(data: Path) -> None:
    from classifier.ml import training

    examples = catalog.find(catalog.DATASETS, "quickdraw")(data, validation_share=0.3)
    first, again = (training.Batches(examples, TINY) for _ in range(2))
    resumed = training.Batches(examples, TINY, first_epoch=1)
    assert np.array_equal(first[0][0], again[0][0])
    first.on_epoch_end()
    assert not np.array_equal(first[0][0], again[0][0])
    assert np.array_equal(first[0][0], resumed[0][0])
    assert first[0][0].shape == (4, 28, 28, 1)
    assert first[0][1].sum(axis=1).tolist() == [1] * 4


def test_without_data_the_command_says_what_it_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "doodle", "--data", str(tmp_path / "none"), "--out", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert str(tmp_path / "none") in printed.err
