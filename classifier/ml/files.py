"""Files → the arrays that a network expects, a few at a time.

`labelled` reads what is known, for `evaluate`; `pictures` reads whatever people have, for `classify`.
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.ml import feeding, pixels, strokes
from classifier.ml.pixels import BadPicture
from classifier.ml.strokes import BadStrokes, Stroke

Item = TypeVar("Item")

Prepare = Callable[[NDArray[np.uint8]], NDArray[Any]]

CHUNK = 256
PREPARE = {"bitmap": pixels.drawing, "photo": pixels.photo}
READABLE = {"bitmaps": ("bitmap",), "images": ("bitmap", "photo"), "drawings": ("bitmap", "sequence")}
"""What pictures, and of which files, can become."""
PROBABILITIES = "keep probabilities (n, k) float32, rows in the file's order, class_names (k,) of the columns, and labels (n,)"
NDJSON = (".ndjson", ".ndjson.gz")
SIDE = 28


class BadData(ValueError):
    """A file does not hold what it should; the message says which file, and what is wrong with it."""


@dataclass(frozen=True)
class Labelled:
    """`labels` (n,) index the names that were asked for. `chunks` brings the inputs (m, ...) in the same order, once."""

    labels: NDArray[np.int64]
    chunks: Iterator[NDArray[Any]]


@dataclass(frozen=True)
class Picture:
    """What a file holds, as the network's input, or the reason why there is none."""

    file: str
    array: NDArray[Any] | None = None
    error: str | None = None


def labelled(path: Path, names: Sequence[str], form: str) -> Labelled:
    """Open a file of labelled pictures whose classes are among `names`, all or some, in any order, for the input `form`.

    `.npz`: `labels` (n,) of integers that index `class_names` (k,), and `bitmaps` (n, 784) or (n, 28, 28) uint8, ink 255,
    or `images` (n, h, w, 3) uint8 RGB. `.ndjson`, `.ndjson.gz`: Quick, Draw!'s lines {"word": …, "drawing": …}.
    Raises BadData, or OSError where the file cannot be opened.
    """
    if path.name.endswith(NDJSON):
        found = _labelled_drawings(path, names, form)
    elif path.suffix == ".npz":
        found = _labelled_arrays(path, names, form)
    else:
        raise BadData(f"{path} must be a .npz, .ndjson or .ndjson.gz file.")
    if not len(found.labels):
        raise BadData(f"{path} holds no pictures.")
    return found


def pictures(paths: Iterable[str], form: str) -> Iterator[Picture]:
    """What the files hold, prepared as the site does it for the input `form`.

    What cannot be read comes in its place, with the reason.

    A folder stands for all files in it that are not hidden, sorted; `-` for the bytes of one picture on stdin; `.ndjson`
    and `.ndjson.gz` for a drawing in every line.
    """
    for path in paths:
        if path == "-":
            yield _picture("-", sys.stdin.buffer, form)
        elif Path(path).is_dir():
            yield from _folder(Path(path), form)
        else:
            yield from _file(Path(path), form)


def arrays(path: Path, *names: str) -> dict[str, NDArray[Any]]:
    """Those of the named arrays that a .npz file holds, in that order. Raises BadData, or OSError."""
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise BadData(f"{path} is no .npz file, or an incomplete one.")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as found:
                return {name: found[name] for name in names if name in found}
        except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BadData(f"{path} cannot be read: {error}") from error


def array(path: Path, found: dict[str, NDArray[Any]], name: str) -> NDArray[Any]:
    """One of the arrays that were found in a file. Raises BadData where it was not."""
    if name not in found:
        raise BadData(f"{path} has no array {name!r}.")
    return found[name]


def require_folder_for(path: Path) -> None:
    """Raises FileNotFoundError, before there is work that would be lost."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} for {path.name}.")


def save_probabilities(path: Path, probabilities: NDArray[np.float32], labels: NDArray[np.int64], names: Sequence[str]) -> None:
    """Write what a network says of labelled pictures: see `PROBABILITIES`."""
    with path.open("wb") as file:
        np.savez(file, probabilities=probabilities, labels=labels, class_names=np.array(names))


def chunked(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items, the last one shorter."""
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


# ---- labelled arrays ---------------------------------------------------------------------------------------------------


def _labelled_arrays(path: Path, names: Sequence[str], form: str) -> Labelled:
    found = arrays(path, "bitmaps", "images", "labels", "class_names")
    rows, prepare = _rows(path, found, form)
    labels, class_names = array(path, found, "labels"), array(path, found, "class_names").astype(str)
    if labels.shape != (len(rows),) or labels.dtype.kind not in "iu":
        raise BadData(f"{path}: labels must be {len(rows)} integers, one a picture; it has {labels.dtype} {labels.shape}.")
    if class_names.ndim != 1 or (len(labels) and not 0 <= labels.min() <= labels.max() < len(class_names)):
        raise BadData(f"{path}: labels must index class_names, which has the shape {class_names.shape}.")
    columns = np.array(_columns(path, class_names.tolist(), names), dtype=np.int64)
    return Labelled(columns[labels], (prepare(rows[at : at + CHUNK]) for at in range(0, len(rows), CHUNK)))


def _rows(path: Path, arrays: dict[str, NDArray[Any]], form: str) -> tuple[NDArray[np.uint8], Prepare]:
    """The pictures as they are stored, and what makes inputs of some of them."""
    if "bitmaps" not in arrays and "images" not in arrays:
        raise BadData(f"{path} has neither an array 'bitmaps' nor 'images'.")
    name, rows = next(iter(arrays.items()))
    fits = rows.shape[1:] in {(SIDE * SIDE,), (SIDE, SIDE)} if name == "bitmaps" else rows.ndim == 4 and rows.shape[3] == 3
    if not fits or rows.dtype != np.uint8 or 0 in rows.shape[1:]:
        wanted = "(n, 784) or (n, 28, 28)" if name == "bitmaps" else "(n, h, w, 3)"
        raise BadData(f"{path}: {name} must be uint8 {wanted}; it has {rows.dtype} {rows.shape}.")
    if form not in READABLE[name]:
        raise BadData(f"{path} has {name}, of which the input {form!r} cannot be made.")
    return rows, _squares if name == "bitmaps" else _seen_as(form)


def _squares(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return rows.reshape(-1, SIDE, SIDE)


def _seen_as(form: str) -> Prepare:
    prepare = PREPARE[form]
    return lambda images: np.stack([prepare(Image.fromarray(image)) for image in images])


def _columns(path: Path, class_names: Iterable[str], names: Sequence[str]) -> list[int]:
    place = {name: index for index, name in enumerate(names)}
    unknown = [name for name in class_names if name not in place]
    if unknown:
        raise BadData(f"{path} has classes that the artifact does not know: {', '.join(unknown)}.")
    return [place[name] for name in class_names]


# ---- drawings in lines -------------------------------------------------------------------------------------------------


def _labelled_drawings(path: Path, names: Sequence[str], form: str) -> Labelled:
    """Reads the file twice, so that what is wrong with it is known before the work begins."""
    if form not in READABLE["drawings"]:
        raise BadData(f"{path} has drawings, of which the input {form!r} cannot be made.")
    words = [_word(where, line) for where, line in _lines(path)]
    class_names = sorted(set(words))
    column = dict(zip(class_names, _columns(path, class_names, names), strict=True))
    drawings = (_drawing(where, line) for where, line in _lines(path))
    return Labelled(
        np.array([column[word] for word in words], dtype=np.int64),
        (feeding.drawn(chunk, form) for chunk in chunked(drawings, CHUNK)),
    )


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Every line that is not empty, and where it stands: `file:number`."""
    open_file: Callable[..., IO[str]] = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with open_file(path, mode="rt", encoding="utf-8") as file:
            yield from ((f"{path}:{number}", line) for number, line in enumerate(file, 1) if line.strip())
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}") from error


def _object(where: str, line: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadData(f"{where} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadData(f'{where} must be an object with "drawing".')
    return content


def _word(where: str, line: str) -> str:
    word = _object(where, line).get("word")
    if not isinstance(word, str):
        raise BadData(f'{where} has no "word", which is its label.')
    return word


def _drawing(where: str, line: str) -> list[Stroke]:
    try:
        return strokes.parse(_object(where, line).get("drawing"))
    except BadStrokes as error:
        raise BadData(f"{where} cannot be drawn: {error}") from error


# ---- any pictures ------------------------------------------------------------------------------------------------------


def _folder(folder: Path, form: str) -> Iterator[Picture]:
    inside = (path for path in sorted(folder.rglob("*")) if path.is_file())
    shown = [path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    if not shown:
        yield Picture(str(folder), error="There are no files in this folder.")
    for path in shown:
        yield from _file(path, form)


def _file(path: Path, form: str) -> Iterator[Picture]:
    try:
        if path.name.endswith(NDJSON):
            yield from (_sketch(where, line, form) for where, line in _lines(path))
        else:
            with path.open("rb") as file:
                yield _picture(str(path), file, form)
    except BadData as error:
        yield Picture(str(path), error=str(error))
    except OSError as error:
        yield Picture(str(path), error=f"{error.strerror}.")


def _picture(name: str, file: IO[bytes], form: str) -> Picture:
    if form not in PREPARE:
        return Picture(name, error="This network reads how a drawing was made: give it .ndjson files.")
    try:
        return Picture(name, PREPARE[form](pixels.open_picture(file.read(pixels.MAX_BYTES + 1))))
    except BadPicture as error:
        return Picture(name, error=error.message)


def _sketch(where: str, line: str, form: str) -> Picture:
    if form not in READABLE["drawings"]:
        return Picture(where, error="This network reads photos, not drawings.")
    try:
        return Picture(where, feeding.drawn([_drawing(where, line)], form)[0])
    except BadData as error:
        return Picture(where, error=str(error))
