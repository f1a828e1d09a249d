"""Opens the artifact that a command was given, and says in a sentence what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from classifier.ml import catalog
from classifier.ml.handover import BadCard, Card

if TYPE_CHECKING:
    from classifier.ml.inference import Recognizer


def open_card(artifact: Path) -> Card:
    """The artifact's card, after a look at what would fail later. Raises BadCard."""
    if not artifact.is_dir():
        raise BadCard(f"There is no artifact {artifact}: it must be a folder with card.json and the weights.")
    card = Card.load(artifact)
    if card.network not in catalog.NETWORKS:
        raise BadCard(f"{artifact} needs the network {card.network!r}. There are: {', '.join(catalog.NETWORKS)}.")
    card.check_weights(artifact)
    return card


def open_recognizer(artifact: Path) -> Recognizer:
    """The artifact, loaded. Brings TensorFlow in, so it comes after all that can be refused without."""
    from classifier.ml.inference import Recognizer

    return Recognizer(artifact)
