"""What is handed over between the site and machine learning: recipes, manifests and cards, as JSON.

A training run is started by a Recipe, on a training set: a folder with `manifest.json` and the pictures. It ends in an
artifact: a folder with `card.json` and the weights it names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

CARD_FILE, EXAMPLES_FILE = "card.json", "examples.npz"
MANIFEST_FILE, PICTURES_FILE = "manifest.json", "pictures.npz"
TRAIN, VALIDATION, TEST = PARTS = ("train", "validation", "test")


class BadCard(ValueError):
    """An artifact's card is missing, malformed or does not match the files beside it."""


class BadManifest(ValueError):
    """A training set's manifest is missing, malformed or does not match the pictures beside it."""


@dataclass(frozen=True)
class InputForm:
    """The array that a network expects for one picture."""

    shape: tuple[int, ...]
    dtype: str


INPUTS = {
    "bitmap": InputForm((28, 28, 1), "uint8"),
    "sequence": InputForm((128, 3), "float32"),
    "photo": InputForm((32, 32, 3), "uint8"),
}
"""By name: a drawing rendered with its ink 255, a drawing as its points with their pens, a photo in RGB."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that fixes a training run.

    `classes` chooses some of the dataset's. `average_weights` is the share of the old in a running mean of the weights, with
    which the network answers. `patience` ends the run after so many epochs without a lower validation loss. `views` is how
    many ways of looking at a picture the network's answer is averaged over. `start_from` is the sha256 of the weights that it
    began with; with `head_only` it learns no more than to tell the classes apart by what those see.
    `joins` names the recipes whose networks are trained one after the other and joined, instead of training one.
    """

    name: str
    title: str
    classifier: str
    kind: str
    input: str = "bitmap"
    network: str
    network_options: Mapping[str, Any] = field(default_factory=dict)
    dataset: str
    classes: Sequence[str] | None = None
    augmentation: str | None = None
    cap_per_class: int | None = None
    validation_share: float = 0.05
    epochs: int
    patience: int | None = None
    batch_size: int
    optimizer: str = "adamw"
    schedule: str = "cosine"
    learning_rate: float
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    average_weights: float | None = None
    precision: str = "float32"
    views: int = 1
    start_from: str | None = None
    head_only: bool = False
    joins: Sequence[str] | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Card:
    """What one trained network is, what it was trained on, how good it is and where it fails."""

    name: str
    title: str
    classifier: str
    kind: str
    input: str
    views: int
    network: str
    network_options: Mapping[str, Any]
    labels: tuple[str, ...]
    weights_file: str
    weights_sha256: str
    temperature: float
    unsure_below: float
    metrics: Mapping[str, Any]
    recipe: Mapping[str, Any]
    trained: Mapping[str, Any]
    limits: str
    attribution: str
    examples_sha256: str | None = None

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an artifact's card; one from before examples were kept has no word of them. Raises BadCard."""
        path = folder / CARD_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadCard(f"{path} cannot be read: {error}") from error
        names = {item.name for item in fields(cls)}
        if not isinstance(content, dict) or {"examples_sha256", *content} != names:
            raise BadCard(f"{path} must have exactly the fields {', '.join(sorted(names))}.")
        if not isinstance(content["labels"], list) or not all(isinstance(label, str) for label in content["labels"]):
            raise BadCard(f"{path}: labels must be a list of names.")
        if content["input"] not in INPUTS:
            raise BadCard(f"{path}: input {content['input']!r} is not one of {', '.join(INPUTS)}.")
        return cls(**{**content, "labels": tuple(content["labels"])})

    def save(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"
        (folder / CARD_FILE).write_text(text, encoding="utf-8")

    def check_weights(self, folder: Path) -> Path:
        """The weights' path, after comparing their hash. Raises BadCard if the file was altered or is missing."""
        path = folder / str(self.weights_file)
        if path.parent != folder or not path.is_file():
            raise BadCard(f"{folder} has no weights file {self.weights_file!r}.")
        return _unaltered(path, self.weights_sha256)

    def check_examples(self, folder: Path) -> Path | None:
        """The path of the examples that were kept, or None where none were. Raises BadCard as above."""
        if self.examples_sha256 is None:
            return None
        path = folder / EXAMPLES_FILE
        if not path.is_file():
            raise BadCard(f"{folder} has no file {EXAMPLES_FILE!r}, but its card says that examples were kept.")
        return _unaltered(path, self.examples_sha256)


def _unaltered(path: Path, sha256: str) -> Path:
    if sha256_of(path) != sha256:
        raise BadCard(f"{path} is not the file that {CARD_FILE} was written for: its sha256 differs.")
    return path


@dataclass(frozen=True, kw_only=True)
class Example:
    """A picture of a training set: its content's hash, its label, and on which side it stands for good.

    `group` is the same for all that one person gave, and says nothing of who they are; None where nobody did. `image` is the
    site's id, None for a picture that came with a data set.
    """

    sha256: str
    label: str
    part: str
    source: str
    group: str | None
    image: str | None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What stands in a training set: `pictures.npz` holds `inputs` (n, *shape of the input form) uint8 in the examples' order.

    `split_by` is "person" where all pictures of one stand on one side, "picture" where too few people gave any for that.
    """

    classifier: str
    title: str
    kind: str
    input: str
    labels: tuple[str, ...]
    split_by: str
    inputs_sha256: str
    examples: tuple[Example, ...]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises BadManifest."""
        path = folder / MANIFEST_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            examples = tuple(Example(**example) for example in content.pop("examples"))
            return cls(**{**content, "labels": tuple(content["labels"])}, examples=examples)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadManifest(f"{path} cannot be read: {error}") from error

    def save(self, folder: Path) -> None:
        (folder / MANIFEST_FILE).write_text(self._canonical(), encoding="utf-8")

    def sha256(self) -> str:
        """Equal for the same pictures with the same labels and parts."""
        return hashlib.sha256(self._canonical().encode()).hexdigest()

    def _canonical(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
