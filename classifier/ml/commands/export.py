"""write a data set as pictures in folders, or as .npz, divided into train and test"""

from __future__ import annotations

import argparse
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import catalog, class_names, feeding
from classifier.ml.commands.choosing import add_classes, at_least_one, chosen_classes, share
from classifier.ml.datasets.examples import Examples, PictureExamples
from classifier.ml.datasets.folders import class_folder
from classifier.ml.handover import INPUTS
from classifier.ml.progress import counted

FORMS = """
--as png   train/<class>/<number>.png and test/<class>/<number>.png, drawings dark on white, photos as they are:
           what the data sets drawing-folders and photo-folders read
--as npz   train.npz and test.npz: bitmaps (n, 784) or images (n, 32, 32, 3), labels (n,), class_names (k,): what evaluate reads
Both write class_names.txt."""
Rows = NDArray[np.intp]
Save = Callable[[Examples, Rows, Path], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = FORMS
    parser.add_argument("dataset", choices=catalog.DATASETS, metavar="DATASET", help=" | ".join(catalog.DATASETS))
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the data set")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to be made")
    add_classes(parser, instead_of="all")
    parser.add_argument("--cap", type=at_least_one, metavar="N", help="at most N a class, first come")
    parser.add_argument("--test-share", type=share, default=0.2, metavar="SHARE", help="of all, for the test (default 0.2)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="fixes the order and what is for the test (default 0)")
    parser.add_argument("--as", dest="form", choices=SAVE, default="png", help="default png")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise ValueError(f"{options.out} is there already: name a folder that is not, or is empty.")
    load = catalog.find(catalog.DATASETS, options.dataset)
    examples = load(options.data, classes=chosen_classes(options), cap_per_class=options.cap, validation_share=0)
    sides = divided(len(examples.labels), options.test_share, options.seed)
    _write(examples, sides, options.out, SAVE[options.form])
    counts = {side: len(rows) for side, rows in sides.items()}
    return json.dumps({"folder": str(options.out), "classes": len(examples.class_names), **counts}), True


def divided(count: int, test_share: float, seed: int) -> dict[str, Rows]:
    """Rows in a random order, `test_share` of them (rounded down) for the test, the others to train on."""
    shuffled = np.random.default_rng(seed).permutation(count)
    test = int(count * test_share)
    return {"train": shuffled[test:], "test": shuffled[:test]}


def _write(examples: Examples, sides: dict[str, Rows], out: Path, save: Save) -> None:
    """Everything, or nothing: in a folder beside `out` that takes its name at the end."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as scratch:
        folder = Path(scratch, out.name)
        folder.mkdir()
        class_names.write(examples.class_names, folder / class_names.FILE)
        for side, rows in sides.items():
            save(examples, rows, folder / side)
        folder.replace(out)


def _pictures(examples: Examples, rows: Rows) -> Iterator[NDArray[np.uint8]]:
    """The examples (m, h, w, c), a chunk at a time; of drawings, their bitmaps."""
    chunks = (rows[at : at + feeding.CHUNK] for at in range(0, len(rows), feeding.CHUNK))
    for chunk in counted(chunks, size=len, whole=len(rows)):
        yield examples.pixels[chunk] if isinstance(examples, PictureExamples) else feeding.clean(examples, chunk, "bitmap")


def _save_pngs(examples: Examples, rows: Rows, folder: Path) -> None:
    folders = [class_folder(folder, name) for name in examples.class_names]
    for class_ in folders:
        class_.mkdir(parents=True)
    numbers = _numbers_within_classes(examples.labels)
    shown = (picture for chunk in _pictures(examples, rows) for picture in chunk)
    for row, picture in zip(rows, shown, strict=True):
        image = Image.fromarray(255 - picture[..., 0] if picture.shape[-1] == 1 else picture)
        image.save(folders[examples.labels[row]] / f"{numbers[row]:06}.png")


def _numbers_within_classes(labels: NDArray[np.int64]) -> NDArray[np.intp]:
    """The how manieth of its class each example is, from 0, in the order of the data set."""
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels)
    numbers = np.empty(len(labels), dtype=np.intp)
    numbers[order] = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
    return numbers


def _save_npz(examples: Examples, rows: Rows, path: Path) -> None:
    """As np.savez_compressed does, without holding all the pictures."""
    shape = _shape(examples)
    name, shape = ("bitmaps", (shape[0] * shape[1],)) if shape[-1] == 1 else ("images", shape)
    small = {"labels": examples.labels[rows], "class_names": np.array(examples.class_names)}
    with zipfile.ZipFile(path.with_suffix(".npz"), "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": (len(rows), *shape)}
            np.lib.format.write_array_header_1_0(file, header)
            for chunk in _pictures(examples, rows):
                file.write(chunk.tobytes())
        for name, array in small.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def _shape(examples: Examples) -> tuple[int, ...]:
    return examples.pixels.shape[1:] if isinstance(examples, PictureExamples) else INPUTS["bitmap"].shape


SAVE: dict[str, Save] = {"png": _save_pngs, "npz": _save_npz}
