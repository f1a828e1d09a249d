"""Pictures in a folder for each class: `<root>/<class>/<any picture>`. The class is the folder's name.

What begins with a dot does not count, and a folder without pictures is no class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import pixels
from classifier.ml.datasets.examples import PictureExamples, chosen, held_out

NAMED = 10
"""So many damaged pictures are named; more are only counted."""
Prepare = Callable[[Image.Image], NDArray[np.uint8]]


def load_drawings(root: Path, **options: Any) -> PictureExamples:
    """Load line drawings as bitmaps (n, 28, 28, 1), ink 255, prepared as those that people send. Options and errors: `load`."""
    return load(root, lambda image: pixels.drawing(image)[..., None], **options)


def load_photos(root: Path, **options: Any) -> PictureExamples:
    """Load photos (n, 32, 32, 3) in RGB, prepared as those that people send. Options and errors: `load`."""
    return load(root, pixels.photo, **options)


def load(
    root: Path,
    prepare: Prepare,
    *,
    classes: Sequence[str] | None = None,
    cap_per_class: int | None = None,
    validation_share: float = 0.05,
) -> PictureExamples:
    """Load pictures as `prepare` makes them: of all classes, or of `classes` in their order.

    At most `cap_per_class` a class, those that come first by name. Raises FileNotFoundError if there are no pictures, or none
    for a class, ValueError naming those that cannot be read.
    """
    files = {name: paths[:cap_per_class] for name, paths in chosen(_class_files(root), classes).items()}
    counts = [len(paths) for paths in files.values()]
    pictures = _prepared([path for paths in files.values() for path in paths], prepare)
    return PictureExamples(np.repeat(np.arange(len(files)), counts), held_out(pictures, validation_share), tuple(files), pictures)


def read(path: Path) -> Image.Image:
    """The picture in a file, decoded. Raises OSError, or BadPicture saying what to give instead."""
    with path.open("rb") as file:
        return pixels.open_picture(file.read(pixels.MAX_BYTES + 1))


def class_folder(root: Path, name: str) -> Path:
    """Where the pictures of a class stand. Raises ValueError for a name that no folder can have."""
    if not name.strip() or name != name.strip() or name.startswith(".") or any(mark in name for mark in "/\\\0"):
        raise ValueError(
            f"{name!r} cannot be a class in folders: its name may not be empty, begin with a dot, have spaces around it "
            "or hold a slash."
        )
    return root / name


def _class_files(root: Path) -> dict[str, list[Path]]:
    folders = sorted(path for path in root.glob("*") if path.is_dir() and not path.name.startswith("."))
    found = {folder.name: files for folder in folders if (files := _shown_files(folder))}
    if not found:
        raise FileNotFoundError(f"No pictures in {root}: it must have a folder for each class, as {root}/cat/1.png.")
    return found


def _shown_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _prepared(paths: Sequence[Path], prepare: Prepare) -> NDArray[np.uint8]:
    shape = prepare(Image.new("RGB", (1, 1))).shape
    prepared = np.empty((len(paths), *shape), dtype=np.uint8)
    damaged = []
    for place, path in enumerate(paths):
        try:
            prepared[place] = prepare(read(path))
        except pixels.BadPicture as error:
            damaged.append(f"{path}: {error.message}")
    if damaged:
        raise ValueError(_named(damaged))
    return prepared


def _named(damaged: Sequence[str]) -> str:
    more = f" And {len(damaged) - NAMED} more." if len(damaged) > NAMED else ""
    return f"{len(damaged)} of the pictures cannot be used. {' '.join(damaged[:NAMED])}{more} Repair or remove them."
