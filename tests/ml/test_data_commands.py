"""Data sets as people handle them: written as files, enriched with pictures of their own, their classes chosen."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from classifier.ml import catalog, class_names
from classifier.ml.__main__ import main
from classifier.ml.datasets.examples import PictureExamples
from classifier.ml.handover import Card, Recipe
from tests.ml.commanding import Run, assert_refused


def load(name: str, root: Path) -> PictureExamples:
    examples = catalog.find(catalog.DATASETS, name)(root, validation_share=0)
    assert isinstance(examples, PictureExamples)
    return examples


def by_label(examples: PictureExamples) -> list[tuple[str, bytes]]:
    named = (examples.class_names[label] for label in examples.labels)
    return sorted(zip(named, (picture.tobytes() for picture in examples.pixels), strict=True))


# ---- which classes -----------------------------------------------------------------------------------------------------


def test_names_are_read_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "class_names.txt"
    path.write_bytes("\ufeffcar\r\n\r\n  The Mona Lisa \r\ncar\r\nlaptop".encode())
    assert class_names.read(path) == ("car", "The Mona Lisa", "laptop")
    class_names.write(["a b", "ç"], path)
    assert class_names.read(path) == ("a b", "ç")


@pytest.mark.parametrize(("content", "said"), [(b"\n  \n", "names no class"), (b"\xff\xfe\x00", "no text in UTF-8")])
def test_a_file_without_names_is_refused(content: bytes, said: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "names.txt").write_bytes(content)
    assert_refused(run("train", "quickdraw-3", "--data", tmp_path, "--out", tmp_path, "--classes", tmp_path / "names.txt"), said)


def test_unknown_names_come_with_the_nearest_known_one() -> None:
    assert class_names.unknown(["car"], ["car", "table"]) is None
    assert class_names.unknown(["tabel", "Car", "yeti"], ["car", "table"]) == (
        "There is nothing for 'tabel' (did you mean 'table'?), 'Car' (did you mean 'car'?), 'yeti'; there is for car, table."
    )
    assert str(class_names.unknown(["yeti"], [f"class {number}" for number in range(345)])).endswith("; 345 classes are there.")


# ---- export ------------------------------------------------------------------------------------------------------------

COUNTS = {"The Mona Lisa": 5, "car": 12, "table": 8}


@pytest.fixture
def bitmaps(tmp_path: Path) -> Path:
    """Three classes of bitmaps, no two alike, with paper around them as Google's have."""
    root, rng = tmp_path / "bitmaps", np.random.default_rng(1)
    root.mkdir()
    for name, count in COUNTS.items():
        rows = np.zeros((count, 28, 28), dtype=np.uint8)
        rows[:, 3:-3, 3:-3] = rng.integers(0, 256, (count, 22, 22))
        np.save(root / f"{name}.npy", rows.reshape(count, 784))
    return root


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    root, rng = tmp_path / "photos", np.random.default_rng(1)
    for name, count in {"cat": 6, "ship": 4}.items():
        (root / name).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(root / name / f"{number}.png")
    return root


def test_bitmaps_come_back_from_pictures_in_folders(bitmaps: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "new" / "out"
    result = run("export", "bitmaps", "--data", bitmaps, "--out", out)
    assert result.json == {"folder": str(out), "classes": 3, "train": 20, "test": 5}
    assert class_names.read(out / "class_names.txt") == tuple(COUNTS)
    sides = [by_label(load("drawing-folders", out / side)) for side in ("train", "test")]
    assert [len(side) for side in sides] == [20, 5]
    assert sorted(sides[0] + sides[1]) == by_label(load("bitmaps", bitmaps))
    one = np.asarray(Image.open(next((out / "train" / "car").iterdir())))
    assert one[0, 0] == 255  # dark on white, as on paper
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_photos_come_back_from_pictures_in_folders(photos: Path, tmp_path: Path, run: Run) -> None:
    assert run("export", "photo-folders", "--data", photos, "--out", tmp_path / "out", "--test-share", 0).code == 0
    assert by_label(load("photo-folders", tmp_path / "out" / "train")) == by_label(load("photo-folders", photos))


def test_the_seed_fixes_order_and_division(bitmaps: Path, tmp_path: Path, run: Run) -> None:
    def exported(out: str, seed: int) -> dict[str, Any]:
        assert run("export", "bitmaps", "--data", bitmaps, "--out", tmp_path / out, "--seed", seed, "--as", "npz").code == 0
        with np.load(tmp_path / out / "train.npz", allow_pickle=False) as file:
            return {name: file[name].tolist() for name in file}

    first = exported("first", 1)
    assert exported("again", 1) == first
    assert exported("other", 2)["bitmaps"] != first["bitmaps"]
    assert len(set(first["labels"][:8])) > 1  # shuffled, not class by class


def test_the_cap_takes_the_first_of_each_class_and_the_file_chooses_the_classes(bitmaps: Path, tmp_path: Path, run: Run) -> None:
    class_names.write(["table", "car"], tmp_path / "names.txt")
    options = ("--classes", tmp_path / "names.txt", "--cap", 4, "--test-share", 0.25, "--as", "npz")
    assert run("export", "bitmaps", "--data", bitmaps, "--out", tmp_path / "out", *options).json["test"] == 2
    found = []
    for side in ("train", "test"):
        with np.load(tmp_path / "out" / f"{side}.npz", allow_pickle=False) as file:
            assert file["class_names"].tolist() == ["table", "car"]
            assert file["bitmaps"].shape == (len(file["labels"]), 784)
            found += [
                (file["class_names"][label], row.tobytes()) for label, row in zip(file["labels"], file["bitmaps"], strict=True)
            ]
    expected = [(name, row.tobytes()) for name in ("table", "car") for row in np.load(bitmaps / f"{name}.npy")[:4]]
    assert sorted(found) == sorted(expected)


def test_strokes_are_exported_as_their_bitmaps(tmp_path: Path, run: Run) -> None:
    line = {"key_id": "1", "drawing": [[[0, 255], [0, 255]]]}
    (tmp_path / "line.ndjson").write_text(json.dumps(line) + "\n")
    assert run("export", "quickdraw", "--data", tmp_path, "--out", tmp_path / "out", "--test-share", 0).code == 0
    (picture,) = load("drawing-folders", tmp_path / "out" / "train").pixels
    assert (np.diagonal(picture[..., 0])[2:-2] == 255).all()


@pytest.mark.tensorflow
@pytest.mark.parametrize("dataset", ["bitmaps", "photo-folders"])
def test_what_is_exported_as_npz_is_what_evaluate_reads(
    dataset: str, bitmaps: Path, photos: Path, tmp_path: Path, run: Run
) -> None:
    from classifier.ml import files

    data = bitmaps if dataset == "bitmaps" else photos
    assert run("export", dataset, "--data", data, "--out", tmp_path / "out", "--as", "npz").code == 0
    names, form = load(dataset, data).class_names, "bitmap" if dataset == "bitmaps" else "photo"
    read = files.labelled(tmp_path / "out" / "train.npz", names[::-1], form)
    found = [
        (names[::-1][label], picture.tobytes())
        for label, picture in zip(read.labels, np.concatenate(list(read.chunks)), strict=True)
    ]
    assert set(found) < set(by_label(load(dataset, data)))


def test_what_cannot_be_exported_is_refused(bitmaps: Path, tmp_path: Path, run: Run) -> None:
    np.save(bitmaps / ".hidden.npy", np.zeros((1, 784), dtype=np.uint8))
    assert_refused(
        run("export", "bitmaps", "--data", bitmaps, "--out", tmp_path / "out"), "'.hidden' cannot be a class in folders"
    )
    assert not (tmp_path / "out").exists()
    assert_refused(run("export", "bitmaps", "--data", tmp_path / "none", "--out", tmp_path / "out"), "No <class>.npy files")
    assert_refused(run("export", "bitmaps", "--data", bitmaps, "--out", bitmaps), "is there already")


@pytest.mark.parametrize("options", [["--cap", "0"], ["--cap", "many"], ["--test-share", "1"], ["--test-share", "-0.1"]])
def test_numbers_out_of_range_are_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "bitmaps", "--data", "somewhere", "--out", "elsewhere", *options])
    assert f"{options[1]!r} is not a " in capsys.readouterr().err


# ---- pictures of one's own ---------------------------------------------------------------------------------------------


def striped(width: int, side: int = 300) -> Image.Image:
    stripes = (np.arange(side) // width % 2)[None, :, None] * np.array([200, 110, 0]) + 20
    return Image.fromarray(np.broadcast_to(stripes, (side, side, 3)).astype(np.uint8))


@pytest.fixture
def tiger(tmp_path: Path) -> Path:
    """With a description that is nobody's business."""
    described = Image.Exif()
    described[0x010E] = "at home"
    striped(20).save(tmp_path / "tiger.jpg", exif=described)
    return tmp_path / "tiger.jpg"


def test_a_picture_makes_a_new_class(tiger: Path, tmp_path: Path, run: Run) -> None:
    (report,) = run("add", tiger, "--label", "tiger", "--to", tmp_path / "mine").json
    assert (report["file"], report["new"], report["error"]) == (str(tiger), True, None)
    kept = Path(report["kept_as"])
    assert kept.parent == tmp_path / "mine" / "tiger"
    assert b"at home" in tiger.read_bytes()
    assert b"at home" not in kept.read_bytes()
    assert load("photo-folders", tmp_path / "mine").class_names == ("tiger",)


def test_the_same_picture_is_not_doubled(tiger: Path, tmp_path: Path, run: Run) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(tiger.read_bytes())
    reports = run("add", tiger, copy, tiger, "--label", "tiger", "--to", tmp_path / "mine").json
    assert [report["new"] for report in reports] == [True, False, False]
    assert len(list((tmp_path / "mine" / "tiger").iterdir())) == 1
    again = run("add", tiger, "--label", "cat", "--to", tmp_path / "mine")
    assert again.code == 1
    assert "already as 'tiger'" in again.json[0]["error"]


def test_what_cannot_be_added_is_reported_in_its_place(tiger: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    result = run(
        "add", tmp_path / "bad.png", tmp_path / "none.png", tmp_path, tiger, "--label", "tiger", "--to", tmp_path / "mine"
    )
    assert result.code == 1
    said = [str(report["error"]) for report in result.json]
    assert [words.split(":")[0].split(".")[0] for words in said] == [
        "This is not a picture that can be read", "There is no such file", "This is a folder", "None",
    ]  # fmt: skip


@pytest.mark.parametrize("label", ["", "  ", "a/b", "..", ".hidden", " cat"])
def test_a_label_that_no_folder_can_have_is_refused(label: str, tiger: Path, tmp_path: Path, run: Run) -> None:
    assert_refused(run("add", tiger, "--label", label, "--to", tmp_path / "mine"), "cannot be a class in folders")
    assert not (tmp_path / "mine").exists()


TINY = Recipe(
    name="tiny",
    title="Two kinds of noise",
    classifier="photo",
    kind="photo",
    input="photo",
    network="stacked",
    network_options={"stages": [[4]], "dense": [8]},
    dataset="cifar10",
    validation_share=0.4,
    epochs=4,
    batch_size=4,
    optimizer="adam",
    schedule="constant",
    learning_rate=1e-2,
    seed=1,
)


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")  # Keras' own
def test_a_tiger_is_learnt_beside_the_classes_of_the_data_set(
    photos: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalog.RECIPES, "tiny", TINY)
    for width in range(12, 28):
        striped(width).save(tmp_path / f"{width}.png")
    tigers = [tmp_path / f"{width}.png" for width in range(12, 28)]
    assert run("add", *tigers, "--label", "tiger", "--to", tmp_path / "mine").code == 0
    class_names.write(["ship", "cat"], tmp_path / "names.txt")
    options = ("--dataset", "photo-folders", "--also", tmp_path / "mine", "--classes", tmp_path / "names.txt")
    trained = run("train", "tiny", "--data", photos, "--out", tmp_path / "artifact", *options)
    assert trained.code == 0, trained.err
    card = Card.load(tmp_path / "artifact")
    assert card.labels == ("ship", "cat", "tiger")
    assert tuple(card.recipe["classes"]) == ("ship", "cat")
    assert card.recipe["dataset"] == "photo-folders"
    assert card.trained["examples"] + card.metrics["validation"]["count"] == 10 + 16
    assert card.metrics["validation"]["count"] < 10  # none of the tigers

    file = io.BytesIO()
    striped(17, side=320).save(file, "PNG")
    (tmp_path / "unseen.png").write_bytes(file.getvalue())
    (answer,) = run("classify", tmp_path / "artifact", tmp_path / "unseen.png", "--json").json
    assert answer["guesses"][0]["label"] == "tiger"

    other = run("train", "tiny", "--data", photos, "--out", tmp_path / "artifact", "--dataset", "photo-folders")
    assert_refused(other._replace(err=other.err.splitlines()[-1]), "holds a run on other pictures or other classes")
