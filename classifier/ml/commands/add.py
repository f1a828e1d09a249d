"""put labelled pictures of one's own into a folder that can be trained on; a new label makes a new class"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from classifier.ml import pixels
from classifier.ml.datasets.folders import class_folder, read
from classifier.ml.pixels import BadPicture

SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg"}


class AnotherLabel(ValueError):
    """The picture is in the folder already, as something else."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Train on them together with a recipe's data set by train --also DIR, or alone by --dataset photo-folders."
    parser.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE", help="PNG, JPEG, GIF, WebP, BMP or AVIF")
    parser.add_argument("--label", required=True, metavar="NAME", help="what they show")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder with a folder for each class; may be new")


def run(options: argparse.Namespace) -> tuple[str, bool]:
    class_folder(options.to, options.label)
    reports = [_report(path, options.to, options.label) for path in options.pictures]
    return json.dumps(reports, ensure_ascii=False), not any(report["error"] for report in reports)


def _report(path: Path, root: Path, label: str) -> dict[str, Any]:
    try:
        kept, is_new = _added(path, root, label)
    except (BadPicture, AnotherLabel) as error:
        return {"file": str(path), "kept_as": None, "new": False, "error": str(error)}
    except FileNotFoundError:
        return {"file": str(path), "kept_as": None, "new": False, "error": "There is no such file."}
    except IsADirectoryError:
        return {"file": str(path), "kept_as": None, "new": False, "error": "This is a folder: name the pictures in it."}
    return {"file": str(path), "kept_as": str(kept), "new": is_new, "error": None}


def _added(path: Path, root: Path, label: str) -> tuple[Path, bool]:
    """Where the picture stands now, and whether it was not there before. Raises BadPicture or AnotherLabel."""
    content, content_type = pixels.encode_picture(read(path))
    name = hashlib.sha256(content).hexdigest()[:32] + SUFFIXES[content_type]
    kept = class_folder(root, label) / name
    if kept.exists():
        return kept, False
    if others := sorted(other.parent.name for other in root.glob(f"*/{name}")):
        raise AnotherLabel(f"It is there already as {others[0]!r}: remove it from there, or leave it.")
    kept.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(kept, content)
    return kept, True


def _write_whole(path: Path, content: bytes) -> None:
    """Under a name that no data set reads, until all is there."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
