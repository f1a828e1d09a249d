"""A network that was trained on nothing, for tests that only need one to load and to answer."""

from __future__ import annotations

from pathlib import Path

from classifier.ml.handover import Card, sha256_of

WEIGHTS = "model.weights.h5"
LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
OPTIONS = {"widths": [4, 8, 8]}


def make_photo_artifact(folder: Path) -> Path:
    """For photos in ten classes. Loads TensorFlow."""
    from classifier.ml.building import build

    folder.mkdir()
    build("whitened", OPTIONS, "photo", len(LABELS)).save_weights(folder / WEIGHTS)
    card = Card(
        name="photo", title="Photos", classifier="photo", kind="photo", input="photo", views=1, network="whitened",
        network_options=OPTIONS, labels=LABELS, weights_file=WEIGHTS, weights_sha256=sha256_of(folder / WEIGHTS),
        temperature=1.0, unsure_below=0.0, metrics={}, recipe={}, trained={}, limits="It knows nothing.", attribution="None.",
    )  # fmt: skip
    card.save(folder)
    return folder
