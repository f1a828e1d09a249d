"""The two networks that come with the project."""

from __future__ import annotations

from classifier.ml.handover import Recipe

DOODLE = Recipe(
    name="doodle",
    title="Quick, Draw! drawings, 345 classes",
    classifier="doodle",
    kind="drawing",
    network="residual",
    network_options={"stem": 32, "widths": [64, 160], "blocks": 2},
    dataset="quickdraw",
    augmentation="strokes",
    cap_per_class=400,
    epochs=16,
    batch_size=128,
    learning_rate=2e-3,
    weight_decay=0.05,
    label_smoothing=0.1,
    precision="mixed_bfloat16",
    seed=1,
)

PHOTO = Recipe(
    name="photo",
    title="CIFAR-10 photos, 10 classes",
    classifier="photo",
    kind="photo",
    input="photo",
    network="whitened",
    network_options={"widths": [64, 192, 240], "residual": True},
    dataset="cifar10",
    augmentation="cutout",
    epochs=28,
    batch_size=512,
    optimizer="nesterov",
    schedule="triangle",
    learning_rate=0.75,
    weight_decay=0.0089,
    label_smoothing=0.2,
    average_weights=0.98,
    precision="mixed_bfloat16",
    views=6,
    seed=1,
)

RECIPES = (DOODLE, PHOTO)
