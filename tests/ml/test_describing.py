"""`python -m classifier.ml describe`: what a data set holds."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from classifier.ml import dataset_figures, descriptions
from classifier.ml.__main__ import main
from classifier.ml.datasets.examples import PictureExamples

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
WORDS = sorted(sample["word"] for sample in SAMPLES)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The first sample three times, the others once."""
    folder = tmp_path / "data"
    folder.mkdir()
    for number, sample in enumerate(SAMPLES):
        (folder / f"{sample['word']}.ndjson").write_text((json.dumps(sample) + "\n") * (1 if number else 3))
    return folder


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_drawings_are_described_in_figures_and_data(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "figures"
    assert main(["describe", "quickdraw", "--data", str(data), "--out", str(out)]) == 0
    result = json.loads(capsys.readouterr().out)
    counts = {word: 3 if word == SAMPLES[0]["word"] else 1 for word in WORDS}
    assert (result["dataset"], result["folder"], result["pictures"]) == ("quickdraw", str(out), len(SAMPLES) + 2)
    assert result["classes"] == counts
    assert all(0 < brightness < 0.5 for brightness in result["brightness"].values())
    assert {path.name for path in out.iterdir()} == {
        "counts.csv", "counts.png", "histograms.csv", "histograms.png", "samples.png",
    }  # fmt: skip
    assert table(out / "counts.csv") == [["label", "pictures"], *([word, str(count)] for word, count in counts.items())]
    head, *rows = table(out / "histograms.csv")
    assert head[:3] == ["label", "channel", "0-7"]
    assert [row[:2] for row in rows] == [[word, "ink"] for word in WORDS]
    assert all(sum(map(float, row[2:])) == pytest.approx(1, abs=1e-4) for row in rows)


def test_classes_and_cap_choose_what_is_described(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [WORDS[2], SAMPLES[0]["word"]]
    (tmp_path / "names.txt").write_text("\n".join(words))
    chosen = ["--classes", str(tmp_path / "names.txt"), "--cap", "2"]
    assert main(["describe", "quickdraw", "--data", str(data), "--out", str(tmp_path / "out"), *chosen]) == 0
    assert list(json.loads(capsys.readouterr().out)["classes"].items()) == [(words[0], 1), (words[1], 2)]


def test_what_cannot_be_described_is_refused_with_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken, empty = tmp_path / "taken", tmp_path / "empty"
    taken.write_text("a file")
    empty.mkdir()
    (empty / "cat.ndjson").touch()
    for folder, out, said in (
        (tmp_path / "none", tmp_path / "out", "No <class>.ndjson files in"),
        (data, taken, f"{taken}: File exists."),
        (empty, tmp_path / "out", "holds no pictures"),
    ):
        assert main(["describe", "quickdraw", "--data", str(folder), "--out", str(out)]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert said in printed.err


@pytest.mark.parametrize("wrong", [["poems"], ["quickdraw", "--cap", "0"], ["quickdraw", "--cap", "many"]])
def test_wrong_calls_are_refused(wrong: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as end:
        main(["describe", *wrong, "--data", str(tmp_path), "--out", str(tmp_path)])
    assert end.value.code == 2


def photos(classes: int) -> PictureExamples:
    """Of each class two pictures: one black, one of which red is 255, green 128 and blue 0; the last class has none."""
    pixels = np.zeros((2 * (classes - 1), 4, 5, 3), dtype=np.uint8)
    pixels[1::2] = (255, 128, 0)
    labels = np.repeat(np.arange(classes - 1), 2)
    return PictureExamples(labels, np.zeros(len(labels), dtype=bool), tuple(f"class {n}" for n in range(classes)), pixels)


def test_photos_have_a_mean_histogram_for_each_channel() -> None:
    description = descriptions.describe(photos(3))
    assert description.channels == ("red", "green", "blue")
    assert description.counts.tolist() == [2, 2, 0]
    red, green, blue = description.histograms[0]
    assert [np.flatnonzero(channel).tolist() for channel in (red, green, blue)] == [[0, 31], [0, 16], [0]]
    assert red[0] == red[31] == green[16] == 0.5
    assert not description.histograms[2].any()
    assert description.brightness[2] == 0


def test_samples_are_spread_over_the_class_and_filled_up_with_white() -> None:
    samples = descriptions.samples(photos(3), 4)
    assert samples.shape == (3, 4, 4, 5, 3)
    assert (samples[0, 0] == 0).all()
    assert (samples[0, 1] == (255, 128, 0)).all()
    assert (samples[0, 2:] == 255).all()
    assert (samples[2] == 255).all()
    many = PictureExamples(
        np.zeros(9, dtype=np.int64), np.zeros(9, dtype=bool), ("x",), np.arange(9, dtype=np.uint8).reshape(9, 1, 1, 1)
    )
    assert descriptions.samples(many, 3)[0, :, 0, 0, 0].tolist() == [255, 251, 247]


def size_of_png(path: Path) -> tuple[int, int]:
    with Image.open(path, formats=["PNG"]) as picture:
        picture.load()
        return picture.size


@pytest.mark.parametrize("classes", [2, 10, 345])
def test_figures_of_few_and_of_many_classes_can_be_read(classes: int, tmp_path: Path) -> None:
    examples = photos(classes)
    dataset_figures.write(descriptions.describe(examples), descriptions.samples(examples, 8), tmp_path)
    sizes = {path.name: size_of_png(path) for path in tmp_path.iterdir()}
    assert set(sizes) == {"counts.png", "histograms.png", "samples.png"}
    assert all(50 < side < 4000 for size in sizes.values() for side in size)


def test_every_class_is_counted_in_the_figure_most_first() -> None:
    axes = dataset_figures.counts(descriptions.describe(photos(345))).axes
    assert sum(len(each.patches) for each in axes) == 345
    labels = [text.get_text() for each in axes for text in each.get_yticklabels()]
    assert labels[-1] == "class 344"
    assert sorted(labels) == sorted(f"class {number}" for number in range(345))
