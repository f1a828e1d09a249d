"""What every dataset of the catalog keeps to. A new one brings a writer of a tiny folder, made of the samples."""

from __future__ import annotations

import gzip
import json
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from classifier.ml import catalog, feeding, pixels, strokes
from classifier.ml.datasets.examples import Examples, PictureExamples
from classifier.ml.handover import TRAIN, VALIDATION
from tests.ml.freezing import freeze
from tests.ml.redrawing import Style, redraw

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]


def write_quickdraw(root: Path, copies: int) -> None:
    """Each sample `copies` times, with keys of their own; one class packed."""
    folder = root / "quickdraw" / "simplified"
    folder.mkdir(parents=True)
    for number, sample in enumerate(SAMPLES):
        lines = "".join(json.dumps({**sample, "key_id": f"{sample['key_id']}{copy}"}) + "\n" for copy in range(copies))
        path = folder / f"{sample['word']}.ndjson"
        if number:
            path.write_text(lines)
        else:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(lines.encode()))


def write_cifar10(root: Path, copies: int) -> None:
    """Each sample `copies` times as a grey picture that differs in a corner, over five files as the publisher packs them."""
    folder = root / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    words = sorted(sample["word"] for sample in SAMPLES)
    drawn = {sample["word"]: strokes.render(strokes.parse(sample["drawing"]), side=32) for sample in SAMPLES}
    rows = np.stack([np.tile(drawn[word].ravel(), 3) for _ in range(copies) for word in words])
    rows[:, 0] = np.repeat(np.arange(copies), len(words))
    labels = np.tile(np.arange(len(words)), copies)
    for number, part in enumerate(np.array_split(np.arange(len(rows)), 5), 1):
        content = {b"data": rows[part], b"labels": labels[part].tolist()}
        (folder / f"data_batch_{number}").write_bytes(pickle.dumps(content, protocol=2))
    (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": [word.encode() for word in words]}, protocol=2))


def write_bitmaps(root: Path, copies: int) -> None:
    """Each sample `copies` times as a bitmap that differs in a corner."""
    folder = root / "numpy_bitmap"
    folder.mkdir(parents=True)
    for sample in SAMPLES:
        rows = np.tile(strokes.render(strokes.parse(sample["drawing"])).ravel(), (copies, 1))
        rows[:, 0] = np.arange(copies)
        np.save(folder / f"{sample['word']}.npy", rows)


def write_frozen(root: Path, copies: int) -> None:
    """Each sample `copies` times as a bitmap that differs in a corner; every fourth is validated on."""
    drawn = np.stack([strokes.render(strokes.parse(sample["drawing"])) for sample in SAMPLES])
    inputs = np.repeat(drawn, copies, axis=0)[..., None]
    inputs[:, 0, 0, 0] = np.tile(np.arange(copies), len(SAMPLES))
    sides = [VALIDATION if copy % 4 == 3 else TRAIN for copy in range(copies)]
    freeze(root, inputs, [sample["word"] for sample in SAMPLES for _ in sides], sides * len(SAMPLES))


def write_drawing_folders(root: Path, copies: int) -> None:
    """Each sample `copies` times, dark on white."""
    write_pictures(root, copies, side=28, light=False)


def write_photo_folders(root: Path, copies: int) -> None:
    write_pictures(root, copies, side=32, light=True)


def write_pictures(root: Path, copies: int, side: int, light: bool) -> None:
    for sample in SAMPLES:
        folder = root / sample["word"]
        folder.mkdir(parents=True)
        drawn = strokes.render(strokes.parse(sample["drawing"]), side=side)
        for copy in range(copies):
            drawn[0, 0] = copy
            Image.fromarray(drawn if light else 255 - drawn).save(folder / f"{copy:04}.png")
        (folder / ".DS_Store").write_bytes(b"no picture")
    (root / "a folder without pictures").mkdir()


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "bitmaps": write_bitmaps,
    "cifar10": write_cifar10,
    "drawing-folders": write_drawing_folders,
    "frozen": write_frozen,
    "photo-folders": write_photo_folders,
    "quickdraw": write_quickdraw,
}

every_dataset = pytest.mark.parametrize("name", catalog.DATASETS)


def load(name: str, root: Path, **options: Any) -> Examples:
    examples: Examples = catalog.find(catalog.DATASETS, name)(root, **options)
    return examples


@every_dataset
def test_every_example_has_a_label(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 3)
    examples = load(name, tmp_path)
    assert examples.class_names == tuple(sorted(sample["word"] for sample in SAMPLES))
    assert len(examples.labels) == len(examples.in_validation) == 3 * len(SAMPLES)
    assert np.bincount(examples.labels, minlength=len(SAMPLES)).tolist() == [3] * len(SAMPLES)


@every_dataset
def test_the_label_is_that_of_the_picture(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 1)
    examples = load(name, tmp_path)
    side = examples.pixels.shape[1] if isinstance(examples, PictureExamples) else 28
    form = "photo" if side == 32 else "bitmap"
    inputs = feeding.clean(examples, np.arange(len(SAMPLES)), form)
    found = dict(zip([examples.class_names[label] for label in examples.labels], inputs, strict=True))
    for sample in SAMPLES:
        drawn = strokes.render(strokes.parse(sample["drawing"]), side=side)
        assert np.abs(found[sample["word"]][1:, :, 0].astype(int) - drawn[1:]).max() == 0


@every_dataset
def test_classes_can_be_chosen_in_any_order(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 4)
    whole = load(name, tmp_path)
    words = (whole.class_names[3], whole.class_names[1])
    some = load(name, tmp_path, classes=words, cap_per_class=2)
    assert some.class_names == words
    assert sorted(some.labels.tolist()) == [0, 0, 1, 1]
    with pytest.raises(FileNotFoundError, match="nothing for 'unicorn', 'Hose' \\(did you mean 'house'\\?\\); there is for "):
        load(name, tmp_path, classes=("unicorn", "Hose"))


@every_dataset
def test_equal_examples_have_one_hash(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 2)
    assert load(name, tmp_path).sha256() == load(name, tmp_path).sha256()
    assert load(name, tmp_path).sha256() != load(name, tmp_path, cap_per_class=1).sha256()


@every_dataset
def test_a_drawing_is_on_the_same_side_whatever_else_is_loaded(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "more", 60)
    WRITERS[name](tmp_path / "less", 10)
    more = load(name, tmp_path / "more", validation_share=0.3)
    less = load(name, tmp_path / "less", validation_share=0.3)
    for label in range(len(SAMPLES)):
        assert more.in_validation[more.labels == label][:10].tolist() == less.in_validation[less.labels == label].tolist()
    assert 0.15 < more.in_validation.mean() < 0.45
    assert not load(name, tmp_path / "more", validation_share=0).in_validation.any()


@every_dataset
def test_no_class_has_more_than_the_cap(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 5)
    examples = load(name, tmp_path, cap_per_class=2)
    assert np.bincount(examples.labels).tolist() == [2] * len(SAMPLES)


@every_dataset
def test_without_files_it_says_where_it_looked(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "nowhere")):
        load(name, tmp_path / "nowhere")


def test_drawings_without_keys_are_told_apart_by_their_lines(tmp_path: Path) -> None:
    line = {"word": "fish", "key_id": ""}
    lines = [json.dumps({**line, "drawing": [[[0, place], [0, 255]]]}) for place in range(200)]
    (tmp_path / "fish.ndjson").write_text("\n".join(lines))
    held_out = catalog.find(catalog.DATASETS, "quickdraw")(tmp_path, validation_share=0.2).in_validation
    assert 20 < held_out.sum() < 60


@pytest.mark.parametrize("line", ['{"word": "fish", "drawing": [', "{}", "[]", '{"key_id": "1", "drawing": [[[1, 2], ["a"]]]}'])
def test_a_bad_line_is_named(line: str, tmp_path: Path) -> None:
    write_quickdraw(tmp_path, 2)
    path = tmp_path / "quickdraw" / "simplified" / "fish.ndjson"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ValueError, match=r"fish\.ndjson, line 3"):
        load("quickdraw", tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps({b"label_names": []}), pickle.dumps([1])])
def test_a_damaged_file_of_cifar10_is_named(content: bytes, tmp_path: Path) -> None:
    write_cifar10(tmp_path, 5)
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").write_bytes(content)
    with pytest.raises(ValueError, match="data_batch_3"):
        load("cifar10", tmp_path)


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return Path.touch, (tmp_path / "harm",)  # type: ignore[return-value]

    write_cifar10(tmp_path, 5)
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").write_bytes(pickle.dumps({b"data": Harm(), b"labels": []}))
    with pytest.raises(ValueError, match="which no array needs"):
        load("cifar10", tmp_path)
    assert not (tmp_path / "harm").exists()


BAD_BITMAPS: dict[str, Any] = {
    "nothing": b"",
    "no array": b"not an array",
    "floats": np.zeros((3, 784)),
    "another size": np.zeros((3, 1024), dtype=np.uint8),
    "half": None,
}


@pytest.mark.parametrize("case", BAD_BITMAPS)
def test_a_damaged_file_of_bitmaps_is_named(case: str, tmp_path: Path) -> None:
    write_bitmaps(tmp_path, 5)
    path, content = tmp_path / "numpy_bitmap" / "fish.npy", BAD_BITMAPS[case]
    if isinstance(content, np.ndarray):
        np.save(path, content)
    else:
        path.write_bytes(path.read_bytes()[:2000] if content is None else content)
    with pytest.raises(ValueError, match=r"fish\.npy"):
        load("bitmaps", tmp_path)


def test_bitmaps_stand_in_memory_once(tmp_path: Path) -> None:
    for number in range(5):
        np.save(tmp_path / f"{number}.npy", np.zeros((2_000, 784), dtype=np.uint8))
    load("bitmaps", tmp_path)  # so that what is imported is not measured
    tracemalloc.start()
    examples = load("bitmaps", tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(examples, PictureExamples)
    assert examples.pixels.nbytes <= peak < 1.3 * examples.pixels.nbytes


@pytest.mark.parametrize("name", ["drawing-folders", "photo-folders"])
def test_damaged_pictures_are_named_together(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 3)
    (tmp_path / "fish" / "0001.png").write_bytes((tmp_path / "fish" / "0001.png").read_bytes()[:60])
    (tmp_path / "cat" / "notes.txt").write_text("not a picture")
    with pytest.raises(ValueError, match=r"2 of the pictures .*cat/notes\.txt: This is not .*fish/0001\.png: The .* damaged"):
        load(name, tmp_path)


def test_of_many_damaged_pictures_ten_are_named(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    for number in range(13):
        (tmp_path / "cat" / f"{number}.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"13 of the pictures cannot be used.*And 3 more\. Repair or remove them\.") as caught:
        load("photo-folders", tmp_path)
    assert str(caught.value).count(".png: ") == 10


def test_pictures_in_folders_are_prepared_as_those_that_people_send(tmp_path: Path) -> None:
    drawing = strokes.parse(SAMPLES[0]["drawing"])
    (tmp_path / "some").mkdir()
    redraw(drawing, Style()).save(tmp_path / "some" / "large.jpg")
    sent = pixels.open_picture((tmp_path / "some" / "large.jpg").read_bytes())
    drawings, photos = load("drawing-folders", tmp_path), load("photo-folders", tmp_path)
    assert isinstance(drawings, PictureExamples)
    assert isinstance(photos, PictureExamples)
    assert np.array_equal(drawings.pixels[0, ..., 0], pixels.drawing(sent))
    assert np.array_equal(photos.pixels[0], pixels.photo(sent))
