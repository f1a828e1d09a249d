"""A training set as the site froze it: `manifest.json` and `pictures.npz`. Its split is its own; its test part stays unseen."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.datasets.examples import PictureExamples, chosen
from classifier.ml.handover import INPUTS, MANIFEST_FILE, PICTURES_FILE, TEST, VALIDATION, BadManifest, Manifest


@dataclass(frozen=True)
class Unseen:
    """What no network is trained on: pictures (n, *shape), labels (n,) that index `class_names`, and the site's ids of images."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    images: tuple[str, ...]
    class_names: tuple[str, ...]


def load(
    root: Path, *, classes: Sequence[str] | None = None, cap_per_class: int | None = None, validation_share: float = 0.05
) -> PictureExamples:
    """Load what is trained on and what is validated on, (n, *shape of the input form) uint8, of all classes or of `classes`.

    At most `cap_per_class` a class, first come. The manifest says which side each stands on; with a `validation_share` of 0 all
    are trained on. Raises FileNotFoundError where there is no manifest, BadManifest for a damaged set.
    """
    manifest, pictures = _opened(root)
    wanted = _shown(manifest, classes, cap_per_class)
    rows = [row for of_one in wanted.values() for row in of_one]
    labels = np.repeat(np.arange(len(wanted)), [len(of_one) for of_one in wanted.values()])
    in_validation = np.array([manifest.examples[row].part == VALIDATION for row in rows], dtype=bool)
    return PictureExamples(labels, in_validation & (validation_share > 0), tuple(wanted), pictures[rows])


def images_of(root: Path, *, classes: Sequence[str] | None = None, cap_per_class: int | None = None) -> tuple[str, ...]:
    """The site's ids of what `load` loads, in its order; empty for what came with a data set. Errors as `load`."""
    manifest, _ = _opened(root)
    wanted = _shown(manifest, classes, cap_per_class)
    return tuple(manifest.examples[row].image or "" for of_one in wanted.values() for row in of_one)


def load_test(root: Path) -> Unseen:
    """Load what is measured on. Errors as `load`."""
    manifest, pictures = _opened(root)
    rows = [row for row, example in enumerate(manifest.examples) if example.part == TEST]
    place = {name: index for index, name in enumerate(manifest.labels)}
    labels = np.array([place[manifest.examples[row].label] for row in rows], dtype=np.int64)
    return Unseen(pictures[rows], labels, tuple(manifest.examples[row].image or "" for row in rows), manifest.labels)


def _shown(manifest: Manifest, classes: Sequence[str] | None, cap_per_class: int | None) -> dict[str, list[int]]:
    """The rows of each class that a network may see."""
    shown = [(row, example) for row, example in enumerate(manifest.examples) if example.part != TEST]
    of_class = {name: [row for row, example in shown if example.label == name][:cap_per_class] for name in manifest.labels}
    return chosen(of_class, classes)


def _opened(root: Path) -> tuple[Manifest, NDArray[np.uint8]]:
    if not (root / MANIFEST_FILE).is_file():
        raise FileNotFoundError(f"There is no {root / MANIFEST_FILE}: name the folder of a frozen training set.")
    manifest = Manifest.load(root)
    pictures = _pictures(root / PICTURES_FILE)
    if pictures.shape != (len(manifest.examples), *INPUTS[manifest.input].shape):
        raise BadManifest(f"{root} holds pictures {pictures.shape}, but its manifest says {len(manifest.examples)}.")
    if hashlib.sha256(pictures.tobytes()).hexdigest() != manifest.inputs_sha256:
        raise BadManifest(f"{root}: the pictures are not those that the manifest was written for. Freeze the set again.")
    return manifest, pictures


def _pictures(path: Path) -> Any:
    try:
        with np.load(path, allow_pickle=False) as file:
            return file["inputs"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BadManifest(f"{path} cannot be read: {error}") from error
