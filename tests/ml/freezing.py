"""Training sets as the site freezes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.handover import PICTURES_FILE, Example, Manifest


def freeze(root: Path, inputs: NDArray[np.uint8], labels: Sequence[str], parts: Sequence[str], **fields: Any) -> Manifest:
    """A set in the folder `root`, of bitmaps unless `fields` of the manifest say otherwise."""
    examples = tuple(
        Example(
            sha256=hashlib.sha256(picture.tobytes()).hexdigest(), label=label, part=part, source="canvas", group=None, image=None
        )
        for picture, label, part in zip(inputs, labels, parts, strict=True)
    )
    given = {"classifier": "six", "title": "Six things", "kind": "drawing", "input": "bitmap", "split_by": "picture", **fields}
    digest = hashlib.sha256(inputs.tobytes()).hexdigest()
    manifest = Manifest(labels=tuple(sorted(set(labels))), inputs_sha256=digest, examples=examples, **given)
    root.mkdir(parents=True, exist_ok=True)
    manifest.save(root)
    np.savez_compressed(root / PICTURES_FILE, inputs=inputs)
    return manifest
