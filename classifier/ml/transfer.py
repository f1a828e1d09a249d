"""Start from what another network has learnt: everything is taken over, of its head what it knows of the same classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from classifier.ml import prototypes
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


def take_over(model: keras.Model, source: Path, class_names: Sequence[str] = (), words: Mapping[str, str] | None = None) -> None:
    """Give `model`, of `class_names`, the weights of `source`, as above. Raises ValueError if they do not fit.

    In its last layer only classes that `source`, an artifact, knows by the same name, or by one that means the same in `words`,
    today's names by former ones; a file's is not touched.
    """
    if not source.is_dir():
        model.get_layer(NESTED).load_weights(source)
        return
    card = Card.load(source)
    other = build(card.network, card.network_options, card.input, len(card.labels))
    other.load_weights(card.check_weights(source))
    for ours, theirs in zip(model.layers[:-1], other.layers[:-1], strict=True):
        ours.set_weights(theirs.get_weights())
    ours_today, theirs_today = ([(words or {}).get(name, name) for name in names] for names in (class_names, card.labels))
    _take_over_known(model.layers[-1], other.layers[-1], ours_today, theirs_today)


def _take_over_known(ours: keras.Layer, theirs: keras.Layer, our_names: Sequence[str], their_names: Sequence[str]) -> None:
    place = [index for index, name in enumerate(our_names) if name in their_names]
    source = [their_names.index(our_names[index]) for index in place]
    weights = ours.get_weights()
    for mine, other in zip(weights, theirs.get_weights(), strict=True):
        mine[..., place] = other[..., source]
    ours.set_weights(weights)


def fit_head(model: keras.Model, inputs: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
    """Let the last layer know each class by the mean of what the layers before it see of its pictures, and train only that on.

    So few pictures say no more than that, and one in five may be labelled wrong: see `prototypes`. A last layer without a bias
    cannot hold it and stays as it is.
    """
    head = model.layers[-1]
    for layer in model.layers[:-1]:
        layer.trainable = False
    if not getattr(head, "use_bias", False):
        return
    seen = keras.Model(model.inputs, head.input).predict(inputs, batch_size=256, verbose=0)
    head.set_weights(prototypes.head(seen, labels, head.units))
