"""The two networks that come with the project."""

from __future__ import annotations

from dataclasses import replace

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

PHOTO_PLAIN = Recipe(
    name="photo-plain",
    title="CIFAR-10 photos, the first of the two networks of photo",
    classifier="photo",
    kind="photo",
    input="photo",
    network="whitened",
    dataset="cifar10",
    augmentation="shifts",
    epochs=24,
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

# Deeper and narrower, and never shown a whole photo, so that it errs otherwise than the first.
PHOTO_RESIDUAL = replace(
    PHOTO_PLAIN,
    name="photo-residual",
    title="CIFAR-10 photos, the second of the two networks of photo",
    network_options={"widths": [64, 192, 240], "residual": True},
    augmentation="cutout",
    epochs=28,
)

PHOTO = replace(
    PHOTO_PLAIN,
    name="photo",
    title="CIFAR-10 photos, 10 classes",
    network="ensemble",
    network_options={
        "members": [{"network": one.network, "options": one.network_options} for one in (PHOTO_PLAIN, PHOTO_RESIDUAL)],
    },
    epochs=PHOTO_PLAIN.epochs + PHOTO_RESIDUAL.epochs,
    joins=(PHOTO_PLAIN.name, PHOTO_RESIDUAL.name),
)

RECIPES = (DOODLE, PHOTO, PHOTO_PLAIN, PHOTO_RESIDUAL)
