"""bring a data set from its publisher, a mirror or a folder; what broke off goes on where it stopped"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.ml import downloading
from classifier.ml.commands.choosing import add_classes, chosen_classes
from classifier.ml.progress import Progress
from classifier.ml.publishers import PUBLISHED, Archive

SETS = """
sets:
  quickdraw          Quick, Draw!'s drawings as strokes, simplified/<class>.ndjson; all 345 classes are some 20 GB
  quickdraw-bitmaps  the same as 28x28 bitmaps, numpy_bitmap/<class>.npy; all 345 classes are some 40 GB
  cifar10            60,000 photos of 10 classes, cifar-10-batches-py/; 170 MB
Quick, Draw! is made available by Google, Inc. under CC BY 4.0."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = SETS
    parser.add_argument("set", choices=PUBLISHED, metavar="SET", help=" | ".join(PUBLISHED))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the files; give it as --data later")
    which = parser.add_mutually_exclusive_group()
    add_classes(which, instead_of="all")
    which.add_argument("--class", nargs="+", dest="names", metavar="NAME", help="these classes alone")
    parser.add_argument(
        "--from", dest="source", metavar="URL_OR_FOLDER", help="instead of the publisher; laid out as the publisher's"
    )


def run(options: argparse.Namespace) -> tuple[str, bool]:
    published = PUBLISHED[options.set]
    classes = tuple(dict.fromkeys(options.names)) if options.names else chosen_classes(options)
    if not isinstance(published, Archive):
        return json.dumps(_each(published.wanted(options.source, classes), options.out)), True
    if classes:
        raise ValueError(f"{options.set} comes whole: choose its classes when you train on it or export it.")
    return json.dumps(_whole(published, options.source, options.out)), True


def _each(urls: Mapping[str, str], out: Path) -> dict[str, Any]:
    missing = {name: url for name, url in urls.items() if not (out / name).exists()}
    with Progress(len(missing)) as progress:
        size = sum(downloading.fetch(url, out / name, progress.of(name)) for name, url in missing.items())
    return _report(out, files=len(missing), size=size, already_there=len(urls) - len(missing))


def _whole(archive: Archive, source: str | None, out: Path) -> dict[str, Any]:
    if (out / archive.folder).exists():
        return _report(out, files=0, size=0, already_there=1)
    path, url = out / archive.name, archive.url(source)
    with Progress(1) as progress:
        size = downloading.fetch(url, path, progress.of(archive.name), md5=archive.md5)
    downloading.unpack(path, archive.folder, out)
    path.unlink()
    return _report(out, files=1, size=size, already_there=0)


def _report(out: Path, *, files: int, size: int, already_there: int) -> dict[str, Any]:
    return {"folder": str(out), "downloaded": files, "bytes": size, "already_there": already_there}
