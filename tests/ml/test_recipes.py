"""The recipes of the catalog, and what the source documents say of theirs."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from classifier.ml import catalog
from classifier.ml.handover import INPUTS, Recipe

every_recipe = pytest.mark.parametrize("recipe", catalog.RECIPES.values(), ids=lambda recipe: recipe.name)
NAMED_IN_THE_DOCUMENTS = {
    "quickdraw-3", "quickdraw-345", "quickdraw-strokes", "cifar10-ann", "cifar10-cnn", "cifar10-tutorial", "transfer",
    *(f"cifar10-{rung}" for rung in range(1, 7)),
}  # fmt: skip


def build(recipe: Recipe) -> object:
    from classifier.ml.building import build

    return build(recipe.network, recipe.network_options, recipe.input, len(recipe.classes or range(10)))


def test_every_system_of_the_documents_is_there() -> None:
    assert set(catalog.RECIPES) >= NAMED_IN_THE_DOCUMENTS | {"doodle", "photo"}


@every_recipe
def test_it_names_what_is_there(recipe: Recipe) -> None:
    assert recipe.dataset in catalog.DATASETS
    assert recipe.network in catalog.NETWORKS
    assert recipe.input in INPUTS
    assert Recipe(**json.loads(json.dumps(asdict(recipe)))).name == recipe.name


@pytest.mark.tensorflow
@every_recipe
def test_it_can_be_built_and_moved(recipe: Recipe) -> None:
    from classifier.ml import optimizing

    assert build(recipe)
    assert optimizing.optimizer(recipe, 100)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("name", "parameters"),
    [("quickdraw-3", 97_539), ("cifar10-ann", 12_230_010), ("cifar10-cnn", 167_562), ("cifar10-1", 225_610)],
)
def test_it_has_the_parameters_of_the_document(name: str, parameters: int) -> None:
    assert build(catalog.RECIPES[name]).count_params() == parameters  # type: ignore[attr-defined]


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("field", "known"), [("optimizer", "adamw, adam, sgd, nesterov"), ("schedule", "constant, cosine, triangle")]
)
def test_an_unknown_way_of_moving_is_named_with_the_known(field: str, known: str) -> None:
    from classifier.ml import optimizing

    with pytest.raises(ValueError, match=f"'magic'. There are: {known}"):
        optimizing.optimizer(replace(catalog.RECIPES["doodle"], **{field: "magic"}), 100)  # type: ignore[arg-type]


@pytest.mark.tensorflow
def test_the_triangle_rises_and_falls() -> None:
    from classifier.ml.optimizing import Triangle

    rates = [float(Triangle(1.0, 100)(step)) for step in (0, 10, 20, 60, 100)]
    assert rates == pytest.approx([0.2, 0.6, 1.0, 0.525, 0.05], abs=1e-6)
