"""How a classifier that people made, or corrected, is trained from what they labelled: from a frozen set, by transfer."""

from __future__ import annotations

from dataclasses import replace

from classifier.ml.handover import Recipe

# As many steps for thirty pictures as for three thousand, or a head that starts from nothing would still stand there.
STEPS = 120
FEWEST_EPOCHS, MOST_EPOCHS = 4, 16
SMALLEST_BATCH, LARGEST_BATCH = 8, 128
FEW = 1_000
"""Under so many drawings a network that has seen others' learns only which is which; more it would learn by heart."""

DRAWINGS = Recipe(
    name="people",
    title="Drawings that people labelled, started from another network",
    classifier="people",
    kind="drawing",
    network="residual",
    network_options={"stem": 32, "widths": [64, 160], "blocks": 2},
    dataset="frozen",
    augmentation="shifts",
    epochs=MOST_EPOCHS,
    batch_size=SMALLEST_BATCH,
    learning_rate=5e-4,
    weight_decay=0.02,
    label_smoothing=0.1,
    seed=1,
)

PHOTOS = replace(
    DRAWINGS,
    name="people-photos",
    title="Photos that people labelled, started from another network",
    classifier="people-photos",
    kind="photo",
    input="photo",
    views=2,
)

RECIPES = (DRAWINGS, PHOTOS)
BY_KIND = {recipe.kind: recipe.name for recipe in RECIPES}


def suited(recipe: Recipe, pictures: int, started: bool) -> Recipe:
    """The recipe as so many pictures to train on need it, where it starts from another network or does not."""
    batch = min(max(SMALLEST_BATCH, pictures // 16), LARGEST_BATCH)
    epochs = min(max(FEWEST_EPOCHS, STEPS * batch // pictures), MOST_EPOCHS)
    return replace(recipe, batch_size=batch, epochs=epochs, head_only=started and recipe.kind == "drawing" and pictures < FEW)
