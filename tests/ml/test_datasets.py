"""What every dataset of the catalog keeps to. A new one brings a writer of a tiny folder, made of the samples."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.ml import catalog
from classifier.ml.datasets.examples import DrawingExamples
from classifier.ml.strokes import SIDE

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


WRITERS: dict[str, Callable[[Path, int], None]] = {"quickdraw": write_quickdraw}

every_dataset = pytest.mark.parametrize("name", catalog.DATASETS)


def load(name: str, root: Path, **options: Any) -> DrawingExamples:
    examples: DrawingExamples = catalog.find(catalog.DATASETS, name)(root, **options)
    return examples


@every_dataset
def test_every_example_has_a_label_and_aligned_strokes(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 3)
    examples = load(name, tmp_path)
    assert examples.class_names == tuple(sorted(sample["word"] for sample in SAMPLES))
    assert len(examples.drawings) == len(examples.labels) == len(examples.in_validation) == 3 * len(SAMPLES)
    assert np.bincount(examples.labels, minlength=len(SAMPLES)).tolist() == [3] * len(SAMPLES)
    for drawing in examples.drawings:
        points = np.concatenate(drawing, axis=1)
        assert points.shape[0] == 2
        assert 0 <= points.min() <= 3
        assert 245 <= points.max() <= SIDE


@every_dataset
def test_the_label_is_that_of_the_drawing(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path, 1)
    examples = load(name, tmp_path)
    found = {examples.class_names[label]: drawing for label, drawing in zip(examples.labels, examples.drawings, strict=True)}
    for sample in SAMPLES:
        assert [stroke.astype(int).tolist() for stroke in found[sample["word"]]] == sample["drawing"]


@every_dataset
def test_a_drawing_is_on_the_same_side_whatever_else_is_loaded(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "more", 30)
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
