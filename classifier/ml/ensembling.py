"""Artifacts that answer alike joined into one, which is better than each (Lakshminarayanan et al. 2017, "Deep Ensembles")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from classifier.ml import artifact, catalog, feeding, training
from classifier.ml.building import build
from classifier.ml.datasets.examples import Examples
from classifier.ml.handover import CARD_FILE, BadCard, Card, Recipe

MEMBERS_FOLDER = "members"


def train(recipe: Recipe, data: Path, out: Path, **options: Any) -> Card:
    """As `training.train`, also for a recipe that joins others: their artifacts come to lie in `out`/members.

    A killed run goes on where it was. Raises ValueError where what is joined should start from other weights.
    """
    if not recipe.joins:
        return training.train(recipe, data, out, **options)
    if options.get("start"):
        raise ValueError(f"The networks that {recipe.name} joins start from nothing. Train one of {', '.join(recipe.joins)}.")
    members = [out / MEMBERS_FOLDER / name for name in recipe.joins]
    for name, member in zip(recipe.joins, members, strict=True):
        if not (member / CARD_FILE).exists():
            training.train(_member(recipe, name), data, member, **options)
    return join(members, data, out, recipe)


def _member(recipe: Recipe, name: str) -> Recipe:
    """On the data of the whole, and for no more epochs."""
    one = catalog.RECIPES[name]
    return replace(
        one,
        dataset=recipe.dataset,
        classes=recipe.classes,
        cap_per_class=recipe.cap_per_class,
        epochs=min(one.epochs, recipe.epochs),
    )


def join(sources: Sequence[Path], data: Path, out: Path, recipe: Recipe | None = None) -> Card:
    """Write to `out` the artifact whose logits are the mean of those of `sources`, each at its own temperature.

    It is calibrated and measured on what their recipe held out of the data in `data`, which none may have been trained on: all
    must have held out the same. Raises BadCard where they do not answer alike, FileNotFoundError.
    """
    cards = [Card.load(source) for source in sources]
    _require_alike(sources, cards)
    first = Recipe(**cards[0].recipe)
    members = [{"network": card.network, "options": card.network_options} for card in cards]
    whole = replace(recipe or first, network="ensemble", network_options={"members": members})
    model = build(whole.network, whole.network_options, whole.input, len(cards[0].labels))
    _give_weights(model, sources, cards)
    options = {"classes": first.classes, "cap_per_class": first.cap_per_class, "validation_share": first.validation_share}
    examples: Examples = catalog.find(catalog.DATASETS, first.dataset)(data, **options)
    inputs = feeding.clean(examples, np.flatnonzero(examples.in_validation), first.input)
    out.mkdir(parents=True, exist_ok=True)
    return _with_origin(artifact.write(model, whole, examples, inputs, [], out, halved=True), cards, out)


def _require_alike(sources: Sequence[Path], cards: Sequence[Card]) -> None:
    for source, card in zip(sources, cards, strict=True):
        for name in ("labels", "input", "kind", "views"):
            if getattr(card, name) != getattr(cards[0], name):
                raise BadCard(f"{source} has other {name} than {sources[0]}: only networks that answer alike can be joined.")
        if card.trained["data_sha256"] != cards[0].trained["data_sha256"]:
            raise BadCard(f"{source} was trained on other data than {sources[0]}, so no data is held out of both.")


def _give_weights(model: keras.Model, sources: Sequence[Path], cards: Sequence[Card]) -> None:
    """Each body its network's, and the head the mean of their heads."""
    kernels: list[NDArray[Any]] = []
    bias = np.zeros(len(cards[0].labels), dtype=np.float32)
    for place, (source, card) in enumerate(zip(sources, cards, strict=True)):
        whole = build(card.network, card.network_options, card.input, len(card.labels))
        whole.load_weights(card.check_weights(source))
        kernel, *maybe_bias = whole.layers[-1].get_weights()
        share = 1 / (card.temperature * len(cards))
        kernels.append(kernel * share)
        bias += sum(maybe_bias, start=np.zeros_like(bias)) * share
        model.get_layer(f"member_{place}").set_weights(keras.Model(whole.inputs, whole.layers[-1].input).get_weights())
    model.layers[-1].set_weights([np.concatenate(kernels), bias])


def _with_origin(card: Card, cards: Sequence[Card], out: Path) -> Card:
    """The card with the recipes of those that were joined."""
    made = [{"recipe": one.recipe, "trained": one.trained, "metrics": one.metrics} for one in cards]
    full = replace(card, trained={**card.trained, "epochs": sum(one.trained["epochs"] for one in cards), "members": made})
    full.save(out)
    return full
