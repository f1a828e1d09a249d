"""A labelled set in one file: a ZIP of class folders, a ZIP of pictures with a CSV, or NumPy arrays, never with pickle.

Names are shown to people and compared with each other, never used as paths; what an archive says of itself is doubted by
`classifier.sources.archive`, and what an array says of itself here.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import numpy as np
import PIL.Image

from classifier.ml.pixels import MAX_BYTES
from classifier.sources.archive import Bounds, files_in, is_archive, submission_of
from classifier.sources.submission import BadSubmission, Submission

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 2_000
BOUNDS = Bounds(pictures=MOST, entries=5_000, read=1024 * 1024)
SOURCE = "import"
NUMPY = b"\x93NUMPY"
FILE_COLUMNS, LABEL_COLUMNS = ("file", "filename", "path", "image"), ("label", "class")
NO_SET = (
    "This is no labelled set. Send a ZIP with a folder for each label, a ZIP of pictures with a CSV of file and label, "
    "an .npz with labels, or an .npy of one label's pictures."
)
NO_LABEL = "It lies in no folder that names its label, and no CSV names it. Put it into the folder of its label."
NOT_LISTED = "The CSV does not name it. Add a line with its file and its label, or leave the picture out."
NOT_THERE = "The CSV names it, but the archive does not hold it. Add the picture, or leave the line out."
BAD_CSV = f"The CSV needs a first line with the columns file and label, in UTF-8, and {MOST:,} lines at most."
BAD_ARRAY = "The array {name} is damaged, or holds objects. Save it with numpy.save and numbers or text only."
LARGE_ARRAY = f"The array {{name}} has more than {MAX_BYTES // 1024**2} MB. Send it in several parts."
NO_PICTURES = (
    "The array {name} holds no pictures. Give bitmaps (n, 784) uint8, ink 255, or photos (n, height, width, 3) uint8 RGB."
)

BAD_LABELS = "The set's labels must be one for each picture: text, or integers that index class_names."
TOO_MANY = f"The set has more than {MOST:,} pictures. Send it in several parts."
ONE_LABEL = "An .npy file holds the pictures of one label: say which."


@dataclass(frozen=True)
class Labelled:
    """What a set says that one picture is; the picture, or what is wrong with it."""

    name: str
    label: str
    picture: Submission | BadSubmission


def from_set(file: IO[bytes], label: str = "") -> list[Labelled]:
    """All pictures of a set, in its order; `label` is that of an .npy file. Raises BadSubmission where it is none."""
    if is_archive(file):
        found = _of_archive(file)
    elif file.read(len(NUMPY)) == NUMPY:
        file.seek(0)
        found = _of_one_label(file, label)
    else:
        raise BadSubmission("bad_set", NO_SET)
    if not found:
        raise BadSubmission("bad_set", NO_SET)
    return found


def _of_one_label(file: IO[bytes], label: str) -> list[Labelled]:
    if not label:
        raise BadSubmission("label_needed", ONE_LABEL)
    return _of_arrays({label: _array(label, file.read(MAX_BYTES + 1))})


def _of_archive(file: IO[bytes]) -> list[Labelled]:
    pictures: dict[str, Submission | BadSubmission] = {}
    arrays: dict[str, NDArray[np.generic]] = {}
    tables: list[bytes] = []
    for name, content in files_in(file, BOUNDS):
        if name.lower().endswith(".npy"):
            arrays[name.removesuffix(".npy").rpartition("/")[2]] = _array(name, content)
        elif name.lower().endswith(".csv"):
            tables.append(content)
        else:
            pictures[name.replace("\\", "/")] = submission_of(content, SOURCE)
    if "labels" in arrays:
        return _of_npz(arrays)
    found = _of_arrays(arrays) + (_by_table(pictures, _table(tables)) if tables else _by_folder(pictures))
    return _bounded(found)


def _bounded(found: list[Labelled]) -> list[Labelled]:
    if len(found) > MOST:
        raise BadSubmission("bad_set", TOO_MANY)
    return found


# ---- pictures in folders, or with a table --------------------------------------------------------------------------------


def _by_folder(pictures: Mapping[str, Submission | BadSubmission]) -> list[Labelled]:
    return [_in_folder(name, picture) for name, picture in pictures.items()]


def _in_folder(name: str, picture: Submission | BadSubmission) -> Labelled:
    label = name.rpartition("/")[0].rpartition("/")[2].strip()
    return Labelled(name, label, picture if label else BadSubmission("label_needed", NO_LABEL))


def _by_table(pictures: Mapping[str, Submission | BadSubmission], labels: Mapping[str, str]) -> list[Labelled]:
    listed = {name: _listed(name, labels) for name in pictures}
    found = [_with_label(name, picture, listed[name], labels) for name, picture in pictures.items()]
    missing = BadSubmission("picture_needed", NOT_THERE)
    return found + [Labelled(name, labels[name], missing) for name in labels if name not in listed.values()]


def _listed(name: str, labels: Mapping[str, str]) -> str | None:
    """The name by which the table calls it: the whole one, or its last part."""
    last = name.rpartition("/")[2]
    return next((one for one in (name, last) if one in labels), None)


def _with_label(name: str, picture: Submission | BadSubmission, listed: str | None, labels: Mapping[str, str]) -> Labelled:
    if listed is None:
        return Labelled(name, "", BadSubmission("label_needed", NOT_LISTED))
    return Labelled(name, labels[listed], picture)


def _table(tables: Sequence[bytes]) -> dict[str, str]:
    """Labels by file. Raises BadSubmission."""
    try:
        rows = list(csv.DictReader(io.StringIO(tables[0].decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSubmission("bad_set", BAD_CSV) from error
    columns = {(column or "").strip().lower(): column for column in (rows[0] if rows else {})}
    file, label = (next((columns[one] for one in names if one in columns), None) for names in (FILE_COLUMNS, LABEL_COLUMNS))
    if file is None or label is None or len(rows) > MOST or len(tables) > 1:
        raise BadSubmission("bad_set", BAD_CSV)
    return {(row[file] or "").strip().replace("\\", "/"): (row[label] or "").strip() for row in rows}


# ---- arrays --------------------------------------------------------------------------------------------------------------


def _array(name: str, content: bytes) -> NDArray[np.generic]:
    """What the header promises is compared with what is there before any memory is given. Raises BadSubmission."""
    if len(content) > MAX_BYTES:
        raise BadSubmission("bad_array", LARGE_ARRAY.format(name=name))
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, fortran, dtype = read(stream)
        fits = math.prod(shape) * dtype.itemsize == len(content) - stream.tell()
        if dtype.hasobject or dtype.kind not in "uiU" or not fits:
            raise ValueError(dtype)
        flat = np.frombuffer(content, dtype, offset=stream.tell())
        return flat.reshape(shape, order="F" if fortran else "C")
    except (ValueError, KeyError, TypeError, SyntaxError, OverflowError, EOFError) as error:
        raise BadSubmission("bad_array", BAD_ARRAY.format(name=name)) from error


def _of_arrays(by_label: Mapping[str, NDArray[np.generic]]) -> list[Labelled]:
    """One array for each label, as Quick, Draw! keeps its bitmaps."""
    if sum(len(array) for array in by_label.values() if array.ndim) > MOST:
        raise BadSubmission("bad_set", TOO_MANY)
    each = {label: _pictures(f"{label}.npy", array) for label, array in by_label.items()}
    return [Labelled(name, label, picture) for label, pictures in each.items() for name, picture in pictures]


def _of_npz(arrays: Mapping[str, NDArray[np.generic]]) -> list[Labelled]:
    name = next((name for name in ("bitmaps", "images") if name in arrays), None)
    if name is None:
        raise BadSubmission("bad_array", NO_PICTURES.format(name="images"))
    labels = _label_names(arrays, len(arrays[name]) if arrays[name].ndim else 0)
    if len(labels) > MOST:
        raise BadSubmission("bad_set", TOO_MANY)
    return [Labelled(row, label, one) for (row, one), label in zip(_pictures(name, arrays[name]), labels, strict=True)]


def _label_names(arrays: Mapping[str, NDArray[np.generic]], number: int) -> list[str]:
    labels, names = arrays["labels"], arrays.get("class_names")
    if labels.dtype.kind != "U" and names is not None and names.dtype.kind == "U" and labels.size and names.ndim == 1:
        if not 0 <= int(labels.min()) <= int(labels.max()) < len(names):
            raise BadSubmission("bad_array", BAD_LABELS)
        labels = names[labels]
    if labels.dtype.kind != "U" or labels.shape != (number,):
        raise BadSubmission("bad_array", BAD_LABELS)
    return [str(label) for label in labels]


def _pictures(name: str, array: NDArray[np.generic]) -> Iterator[tuple[str, Submission | BadSubmission]]:
    """Each row as a picture of its own. Raises BadSubmission."""
    shape = array.shape[1:]
    if array.dtype != np.uint8 or (shape not in ((784,), (28, 28)) and not (len(shape) == 3 and shape[2] == 3 and all(shape))):
        raise BadSubmission("bad_array", NO_PICTURES.format(name=name))
    for row, pixels in enumerate(array):
        shown = 255 - pixels.reshape(28, 28) if len(shape) < 3 else pixels
        encoded = io.BytesIO()
        PIL.Image.fromarray(shown).save(encoded, "PNG", compress_level=1)
        yield f"{name}[{row}]", submission_of(encoded.getvalue(), SOURCE)
