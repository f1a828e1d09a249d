"""`python -m classifier.ml` as programs and people call it, with the artifact that comes with the project."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import catalog, files, pixels, strokes
from classifier.ml.__main__ import COMMANDS, main
from classifier.ml.commands import classify, evaluate
from classifier.ml.handover import Card
from tests.ml.commanding import Run, assert_refused
from tests.ml.redrawing import Style, redraw

ARTIFACT = catalog.PRETRAINED / "doodle"
SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "quickdraw.json").read_text())["drawings"]
DRAWINGS = [strokes.parse(sample["drawing"]) for sample in SAMPLES]
WORDS = [sample["word"] for sample in SAMPLES]
NAMES = sorted(WORDS, reverse=True)
BITMAPS = strokes.render_batch(DRAWINGS)
IMAGES = np.stack([np.asarray(redraw(drawing, Style())) for drawing in DRAWINGS])
LABELS = np.array([NAMES.index(word) for word in WORDS])
LINES = "".join(json.dumps({"word": sample["word"], "drawing": sample["drawing"]}) + "\n" for sample in SAMPLES)

Row = NDArray[np.float64]


@cache
def loaded(artifact: Path) -> Any:
    from classifier.ml.inference import Recognizer

    return Recognizer(artifact)


@pytest.fixture
def recognizer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The commands' recognizer, loaded once for all tests."""
    for command in (evaluate, classify):
        monkeypatch.setattr(command, "open_recognizer", loaded)
    return loaded(ARTIFACT)


def write(path: Path, **changes: Any) -> Path:
    """The samples as the file's name demands; for .npz, arrays other than usual (None: without)."""
    if path.suffix == ".npz":
        arrays = {"bitmaps": BITMAPS, "labels": LABELS, "class_names": np.array(NAMES), **changes}
        np.savez_compressed(path, **{name: array for name, array in arrays.items() if array is not None})
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(LINES.encode()))
    else:
        path.write_text(LINES)
    return path


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


def test_what_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    data = write(tmp_path / "set.npz")
    assert_refused(run("evaluate", ARTIFACT, "--data", tmp_path / "none.npz"), "none.npz: No such file or directory.")
    assert_refused(run("evaluate", tmp_path / "none", "--data", data), "There is no artifact")
    assert_refused(run("evaluate", tmp_path, "--data", data), "card.json cannot be read")
    assert_refused(run("evaluate", ARTIFACT, "--data", data, "--out", tmp_path / "none" / "out.npz"), "There is no folder")
    assert_refused(run("classify", tmp_path / "none", "cat.png"), "There is no artifact")
    assert_refused(run("train", "none", "--data", tmp_path, "--out", tmp_path), "No recipe 'none'. There are: doodle")


@pytest.fixture
def altered(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the artifact with other entries on its card."""

    def copied(**changes: Any) -> Path:
        copy = Path(shutil.copytree(ARTIFACT, tmp_path / "artifact", dirs_exist_ok=True))
        card = json.loads((copy / "card.json").read_text())
        (copy / "card.json").write_text(json.dumps({**card, **changes}))
        return copy

    return copied


def test_artifacts_that_cannot_answer_are_refused(run: Run, tmp_path: Path, altered: Callable[..., Path]) -> None:
    data = write(tmp_path / "set.npz")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"input": "smell"}, "input 'smell' is not one of"),
        ({"network": "transformer"}, "needs the network 'transformer'"),
        ({"weights_sha256": "0" * 64}, "sha256 differs"),
        ({"more": 1}, "must have exactly the fields"),
    ]
    for changes, said in refused:
        artifact = altered(**changes)
        assert_refused(run("evaluate", artifact, "--data", data), said)
        assert_refused(run("classify", artifact, data), said)


def as_png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two drawings, a blank page, a broken file and a hidden one, in two levels."""
    inner = tmp_path / "pictures" / "inner"
    inner.mkdir(parents=True)
    (inner / "cat.png").write_bytes(as_png(Image.fromarray(IMAGES[WORDS.index("cat")])))
    (inner / "snowman.jpg").write_bytes(as_png(Image.fromarray(IMAGES[WORDS.index("snowman")])))
    (inner.parent / "blank.png").write_bytes(as_png(Image.new("RGB", (300, 200), "white")))
    (inner.parent / "broken.png").write_bytes(as_png(Image.fromarray(IMAGES[0]))[:500])
    (inner.parent / ".DS_Store").write_bytes(b"hidden")
    return inner.parent


@pytest.mark.tensorflow
def test_classify_answers_for_every_file_in_its_place(run: Run, folder: Path, recognizer: Any) -> None:
    result = run("classify", ARTIFACT, folder, folder / "none.png", folder / "inner" / "cat.png", "--json")
    assert result.code == 1
    names = [Path(answer["file"]).name for answer in result.json]
    assert names == ["blank.png", "broken.png", "cat.png", "snowman.jpg", "none.png", "cat.png"]
    blank, broken, cat, snowman, none, again = result.json
    assert blank["unsure"] is True
    assert blank["error"] is None
    assert broken["error"].startswith("The picture is incomplete or damaged.")
    assert none["error"] == "No such file or directory."
    assert (broken["guesses"], broken["unsure"]) == (none["guesses"], none["unsure"]) == ([], None)
    assert cat == again
    assert [answer["guesses"][0]["label"] for answer in (cat, snowman)] == ["cat", "snowman"]


@pytest.mark.tensorflow
def test_classify_gives_the_best_three_as_the_network_does(run: Run, folder: Path, recognizer: Any) -> None:
    path = folder / "inner" / "cat.png"
    result = run("classify", ARTIFACT, path, "--json")
    assert result.code == 0
    row = recognizer.probabilities(pixels.drawing(pixels.open_picture(path.read_bytes()))[None])[0]
    best = np.argsort(-row)[:3]
    expected = [{"label": recognizer.card.labels[index], "probability": round(float(row[index]), 6)} for index in best]
    unsure = bool(row.max() < recognizer.card.unsure_below)
    assert result.json == [{"file": str(path), "guesses": expected, "unsure": unsure, "error": None}]


@pytest.mark.tensorflow
def test_classify_reads_drawings_in_lines(run: Run, tmp_path: Path, recognizer: Any) -> None:
    for name in ("some.ndjson", "some.ndjson.gz"):
        path = write(tmp_path / name)
        result = run("classify", ARTIFACT, path, "--json")
        assert result.code == 0
        assert [answer["file"] for answer in result.json] == [f"{path}:{number}" for number in range(1, len(WORDS) + 1)]
        guessed = [answer["guesses"][0]["label"] for answer in result.json]
        assert guessed == [recognizer.card.labels[index] for index in recognizer.probabilities(BITMAPS).argmax(axis=1)]


@pytest.mark.tensorflow
def test_classify_goes_on_after_a_bad_line(run: Run, tmp_path: Path, recognizer: Any) -> None:
    path = tmp_path / "some.ndjson"
    path.write_text('{"drawing": []}\n{oh\n' + LINES)
    result = run("classify", ARTIFACT, path, "--json")
    assert result.code == 1
    assert [bool(answer["error"]) for answer in result.json] == [True, True] + [False] * len(WORDS)


@pytest.mark.tensorflow
def test_classify_reads_stdin(run: Run, folder: Path, recognizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with (folder / "inner" / "cat.png").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        result = run("classify", ARTIFACT, "-", "--json")
    assert result.code == 0
    assert result.json[0]["file"] == "-"
    assert result.json[0]["guesses"][0]["label"] == "cat"


@pytest.mark.tensorflow
def test_classify_speaks_in_lines(run: Run, folder: Path, recognizer: Any) -> None:
    result = run("classify", ARTIFACT, folder, folder / "none.png")
    assert result.code == 1
    blank, broken, cat, *_, last = result.out.splitlines()
    assert blank.startswith(f"{folder / 'blank.png'}: not sure, perhaps ")
    assert broken.startswith(f"{folder / 'broken.png'}: cannot be read: ")
    assert cat.startswith(f"{folder / 'inner' / 'cat.png'}: ")
    assert cat.count(" %") == 3
    assert last.endswith("No such file or directory.")


def test_an_empty_folder_is_an_error_in_its_place(tmp_path: Path) -> None:
    assert [picture.error for picture in files.pictures([str(tmp_path)], "bitmap")] == ["There are no files in this folder."]


@pytest.mark.tensorflow
def test_in_a_process_of_its_own_stdout_is_json_alone(folder: Path) -> None:
    command = [sys.executable, "-m", "classifier.ml", "classify", str(ARTIFACT), str(folder / "inner"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert [answer["guesses"][0]["label"] for answer in json.loads(done.stdout)] == ["cat", "snowman"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_no_tensorflow(command: str) -> None:
    code = f"""
import sys
from classifier.ml.__main__ import main
try:
    main([{command!r}, "--help"])
except SystemExit as end:
    assert end.code == 0
assert not {{"tensorflow", "keras"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert f"usage: python -m classifier.ml {command}" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["dance"], ["evaluate"], ["classify", "artifact"], ["train", "doodle"]])
def test_wrong_calls_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "error:" in capsys.readouterr().err
