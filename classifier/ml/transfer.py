"""Start from what another network has learnt: everything but its head is taken over, and for the same classes that too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras

from classifier.ml.building import build
from classifier.ml.handover import BadCard, Card, Recipe, sha256_of
from classifier.ml.networks.application import NESTED


def continuing(recipe: Recipe, source: Path, application: str | None = None) -> Recipe:
    """The recipe with the network, and the hash of the weights, that `source` brings.

    `source` is an artifact's folder, or a weights file of the network `application` of `keras.applications`. Raises BadCard
    if the artifact is damaged or reads another kind of input, FileNotFoundError, ValueError for a file without `application`.
    """
    if source.is_dir():
        card = Card.load(source)
        if card.input != recipe.input:
            raise BadCard(f"{source} reads the input {card.input!r}, but the recipe {recipe.name} has {recipe.input!r}.")
        weights, network, options = card.check_weights(source), card.network, card.network_options
    elif application is None:
        raise ValueError(f"{source} is a file: say which network its weights are of with --application, such as MobileNetV2.")
    else:
        weights, network, options = source, "application", {"application": application}
    return replace(recipe, network=network, network_options=options, start_from=sha256_of(weights))


def take_over(model: keras.Model, source: Path, class_names: Sequence[str] = ()) -> None:
    """Give `model`, of `class_names`, the weights of `source`, as above. Raises ValueError if they do not fit.

    Its last layer is not touched, unless `source` is an artifact with these very classes in this order.
    """
    if not source.is_dir():
        model.get_layer(NESTED).load_weights(source)
        return
    card = Card.load(source)
    other = build(card.network, card.network_options, card.input, len(card.labels))
    other.load_weights(card.check_weights(source))
    taken = None if card.labels == tuple(class_names) else -1
    for ours, theirs in zip(model.layers[:taken], other.layers[:taken], strict=True):
        ours.set_weights(theirs.get_weights())
