"""What every dataset of the catalog keeps to. A new one brings a writer of a tiny folder, made of the samples."""

from __future__ import annotations

import gzip
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import catalog, feeding, strokes
from classifier.ml.datasets.examples import Examples, PictureExamples

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


WRITERS: dict[str, Callable[[Path, int], None]] = {"cifar10": write_cifar10, "quickdraw": write_quickdraw}

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
    form, side = ("photo", 32) if isinstance(examples, PictureExamples) else ("bitmap", 28)
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
    with pytest.raises(FileNotFoundError, match="unicorn"):
        load(name, tmp_path, classes=("unicorn",))


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
