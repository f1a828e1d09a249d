"""The examples that an artifact keeps of what it was trained on, and how alike a picture is to each."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from classifier.ml.handover import BadCard

Embeddings = NDArray[np.floating]
ARRAYS = ("pictures", "labels", "embeddings", "images")
MOST_BYTES = 1_400_000
MOST_PER_LABEL = 40


@dataclass(frozen=True)
class KeptExamples:
    """`pictures` (n, *shape) uint8, `labels` (n,) that index the card's, `embeddings` (n, d) float16, each of length 1.

    `images` are the site's ids, empty where there are none. What has one has no picture here: it belongs to somebody, who may
    delete it, and is shown from where it is kept.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    embeddings: NDArray[np.float16]
    images: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises BadCard for a file that was made otherwise."""
        try:
            with np.load(path, allow_pickle=False) as file:
                pictures, labels, embeddings, images = (file[name] for name in ARRAYS)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BadCard(f"{path} cannot be read: {error}") from error
        if not len(pictures) == len(labels) == len(embeddings) == len(images):
            raise BadCard(f"{path} has not as many pictures, labels, embeddings and images.")
        return cls(pictures, labels, embeddings, tuple(images.tolist()))

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        partial = path.with_suffix(".partial")
        theirs = np.array([bool(image) for image in self.images], dtype=bool)
        shown = np.where(theirs.reshape(-1, *[1] * (self.pictures.ndim - 1)), 0, self.pictures).astype(np.uint8)
        with partial.open("wb") as file:
            np.savez_compressed(
                file, pictures=shown, labels=self.labels, embeddings=self.embeddings, images=np.array(self.images, dtype=str)
            )
        partial.replace(path)

    def alike(self, embedding: Embeddings) -> NDArray[np.float32]:
        """How alike each is to a picture with this embedding, (n,) from -1 to 1."""
        return np.clip(self.embeddings.astype(np.float32) @ embedding.astype(np.float32), -1, 1)


def fitting(pictures: NDArray[np.uint8], embeddings: Embeddings, labels: int) -> int:
    """How many of each label can be kept, where these are like those that will be: together 1.4 MB, and 40 at most."""
    each = (len(zlib.compress(pictures.tobytes())) + 2 * embeddings.size) / max(1, len(pictures))
    return max(1, min(MOST_PER_LABEL, int(MOST_BYTES / (labels * each))))


def chosen(embeddings: Embeddings, most: int) -> list[int]:
    """Which of a label's examples (n, d) stand for it: all, or the one nearest to their mean, then always the least like those.

    So few cover it better than as many by chance (Gonzalez 1985, "Clustering to minimize the maximum intercluster distance").
    The half that is farther from the mean is left out: what is least like all others is often scribble, or labelled wrong.
    """
    if len(embeddings) <= most:
        return list(range(len(embeddings)))
    typical = np.argsort(-(embeddings @ embeddings.mean(axis=0)), kind="stable")[: max(most, len(embeddings) // 2)]
    rows = [int(typical[0])]
    while len(rows) < most:
        nearest = (embeddings[typical] @ embeddings[rows].T).max(axis=1)
        rows.append(int(typical[np.argmin(nearest)]))
    return rows
