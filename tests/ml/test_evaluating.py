"""`evaluate`, with the artifact that comes with the project."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import files, pixels
from classifier.ml.handover import Card
from tests.ml.commanding import Run, assert_refused
from tests.ml.drawn import ARTIFACT, BITMAPS, IMAGES, LABELS, LINES, NAMES, WORDS, write

Row = NDArray[np.float64]


FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "bitmaps": ("set.npz", {}),
    "flat bitmaps": ("set.npz", {"bitmaps": BITMAPS.reshape(-1, 784)}),
    "images": ("set.npz", {"bitmaps": None, "images": IMAGES}),
    "lines": ("set.ndjson", {}),
    "packed lines": ("set.ndjson.gz", {}),
    "names as bytes": ("set.npz", {"class_names": np.array(NAMES).astype("S")}),
    "all names, turned round": ("set.npz", {}),
}


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", FORMS)
def test_evaluate_reads_every_form_and_prints_json_alone(form: str, run: Run, tmp_path: Path, recognizer: Any) -> None:
    name, changes = FORMS[form]
    if form.startswith("all names"):
        everything = recognizer.card.labels[::-1]
        changes = {"class_names": np.array(everything), "labels": np.array([everything.index(word) for word in WORDS])}
    path, out = write(tmp_path / name, **changes), tmp_path / "kept"
    result = run("evaluate", ARTIFACT, "--data", path, "--out", out)
    assert result.code == 0
    bitmaps = np.stack([pixels.drawing(Image.fromarray(image)) for image in IMAGES]) if form == "images" else BITMAPS
    expected = recognizer.probabilities(bitmaps)
    with np.load(out, allow_pickle=False) as kept:
        assert kept["probabilities"].dtype == np.float32
        assert np.allclose(kept["probabilities"], expected, atol=1e-6)
        assert tuple(kept["class_names"]) == recognizer.card.labels
        assert [str(kept["class_names"][label]) for label in kept["labels"]] == WORDS
    check(result.json, expected, recognizer.card)


def check(result: dict[str, Any], expected: Row, card: Card) -> None:
    guessed = [card.labels[index] for index in expected.argmax(axis=1)]
    assert set(result) == {"accuracy", "top3", "ece", "count", "per_class", "unsure"}
    assert result["count"] == len(WORDS)
    assert result["per_class"] == {word: float(guess == word) for word, guess in sorted(zip(WORDS, guessed, strict=True))}
    assert result["accuracy"] == pytest.approx(sum(result["per_class"].values()) / len(WORDS), abs=1e-6)
    assert result["accuracy"] <= result["top3"] <= 1
    assert result["top3"] > 0.7
    assert 0 <= result["ece"] <= 1
    assert result["unsure"]["share"] == pytest.approx((expected.max(axis=1) < card.unsure_below).mean(), abs=1e-6)


@pytest.mark.tensorflow
def test_evaluate_goes_through_more_than_one_chunk(
    run: Run, tmp_path: Path, recognizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK", 3)
    for name in ("set.npz", "set.ndjson"):
        write(tmp_path / name)
        run("evaluate", ARTIFACT, "--data", tmp_path / name, "--out", tmp_path / "kept.npz")
        with np.load(tmp_path / "kept.npz") as kept:
            assert np.allclose(kept["probabilities"], recognizer.probabilities(BITMAPS), atol=1e-6)


@pytest.mark.tensorflow
def test_evaluate_draws_what_it_prints(run: Run, tmp_path: Path, recognizer: Any) -> None:
    folder = tmp_path / "new" / "figures"
    result = run("evaluate", ARTIFACT, "--data", write(tmp_path / "set.npz"), "--figures", folder)
    assert result.code == 0
    assert {path.name for path in folder.iterdir()} == {
        "report.json", "report.txt", "confusion.csv", "confusion.png", "mistakes.png", "per_class.png",
        "reliability.json", "reliability.png", "coverage.json", "coverage.png",
    }  # fmt: skip
    report = json.loads((folder / "report.json").read_text())
    printed = result.json
    assert {row["label"]: row["recall"] for row in report["classes"]} == printed.pop("per_class")
    assert {name: report[name] for name in printed} == printed


@pytest.mark.tensorflow
def test_figures_that_have_no_place_are_refused_before_the_work(run: Run, tmp_path: Path, recognizer: Any) -> None:
    data = write(tmp_path / "set.npz")
    assert_refused(run("evaluate", ARTIFACT, "--data", data, "--figures", data), "set.npz: File exists.")


BAD_ARRAYS: dict[str, tuple[dict[str, Any], str]] = {
    "no pictures": ({"bitmaps": None}, "neither an array 'bitmaps' nor 'images'"),
    "no labels": ({"labels": None}, "no array 'labels'"),
    "no names": ({"class_names": None}, "no array 'class_names'"),
    "nothing in it": ({"bitmaps": BITMAPS[:0], "labels": LABELS[:0]}, "holds no pictures"),
    "floats": ({"bitmaps": BITMAPS / 255}, "must be uint8 (n, 784) or (n, 28, 28); it has float64 (7, 28, 28)"),
    "another size": ({"bitmaps": np.zeros((7, 32, 32), dtype=np.uint8)}, "must be uint8"),
    "grey images": ({"bitmaps": None, "images": IMAGES[..., 0]}, "must be uint8 (n, h, w, 3)"),
    "images without extent": ({"bitmaps": None, "images": IMAGES[:, :0]}, "must be uint8 (n, h, w, 3)"),
    "too few labels": ({"labels": LABELS[:3]}, "labels must be 7 integers"),
    "labels that are no integers": ({"labels": LABELS / 1}, "labels must be 7 integers"),
    "labels without a name": ({"labels": LABELS + 1}, "labels must index class_names"),
    "labels below zero": ({"labels": LABELS - 1}, "labels must index class_names"),
    "names that need pickle": ({"class_names": np.array(NAMES, dtype=object)}, "cannot be read"),
    "unknown names": ({"class_names": np.array([*NAMES[:5], "zeppelin", "yeti"])}, "does not know: zeppelin, yeti."),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_arrays_that_do_not_fit_are_refused_with_a_sentence(case: str, run: Run, tmp_path: Path) -> None:
    changes, said = BAD_ARRAYS[case]
    assert_refused(run("evaluate", ARTIFACT, "--data", write(tmp_path / "set.npz", **changes)), said)


BAD_FILES: dict[str, tuple[str, bytes, str]] = {
    "another kind": ("set.csv", b"1,2", "must be a .npz, .ndjson or .ndjson.gz file"),
    "no npz": ("set.npz", b"hello", "is no .npz file"),
    "an empty npz": ("set.npz", b"", "is no .npz file"),
    "an empty ndjson": ("set.ndjson", b"\n\n", "holds no pictures"),
    "no json": ("set.ndjson", LINES.encode() + b"{oh", "set.ndjson:8 is not JSON"),
    "no object": ("set.ndjson", LINES.encode() + b"[]", "set.ndjson:8 must be an object"),
    "no word": ("set.ndjson", b'{"drawing": [[[1, 2], [1, 2]]]}', 'set.ndjson:1 has no "word"'),
    "unknown words": ("set.ndjson", b'{"word": "yeti"}\n{"word": "cat"}\n{"word": "elk"}', "does not know: elk, yeti."),
    "no gzip": ("set.ndjson.gz", b"hello", "cannot be read: Not a gzipped file"),
    "half a gzip": ("set.ndjson.gz", gzip.compress(LINES.encode())[:-50], "cannot be read"),
    "no text": ("set.ndjson", b"\xff\xfe\x00", "cannot be read"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_files_that_cannot_be_read_are_refused_with_a_sentence(case: str, run: Run, tmp_path: Path) -> None:
    name, content, said = BAD_FILES[case]
    (tmp_path / name).write_bytes(content)
    assert_refused(run("evaluate", ARTIFACT, "--data", tmp_path / name), said)


@pytest.mark.tensorflow
def test_a_drawing_without_extent_is_refused_by_its_line(run: Run, tmp_path: Path, recognizer: Any) -> None:
    (tmp_path / "set.ndjson").write_text(LINES + '{"word": "cat", "drawing": [[[5], [5]]]}\n')
    assert_refused(run("evaluate", ARTIFACT, "--data", tmp_path / "set.ndjson"), "set.ndjson:8 cannot be drawn")


def test_a_truncated_npz_is_refused(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "set.npz")
    path.write_bytes(path.read_bytes()[:-100])
    assert_refused(run("evaluate", ARTIFACT, "--data", path), "is no .npz file, or an incomplete one")


def test_a_damaged_npz_is_refused(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "set.npz")
    content = bytearray(path.read_bytes())
    content[100:140] = bytes(40)
    path.write_bytes(content)
    assert_refused(run("evaluate", ARTIFACT, "--data", path), "cannot be read")
