"""What the source documents did with Quick, Draw!: three classes, all 345, and the strokes instead of the bitmaps."""

from __future__ import annotations

from dataclasses import replace

from classifier.ml.handover import Recipe

# Three classes chosen by class_names.txt, up to 4,000 drawings of each; 97,539 parameters.
THREE = Recipe(
    name="quickdraw-3",
    title="Car, table or laptop",
    classifier="quickdraw-3",
    kind="drawing",
    network="stacked",
    network_options={"stages": [[16], [32], [64]], "dense": [128]},
    dataset="quickdraw",
    classes=("car", "table", "laptop"),
    cap_per_class=4_000,
    validation_share=0.2,
    epochs=5,
    batch_size=256,
    optimizer="adam",
    schedule="constant",
    learning_rate=1e-3,
    seed=1,
)

# The set at hand may hold far fewer tables and laptops than cars: as many of each say what those few allow.
THREE_BALANCED = replace(
    THREE, name="quickdraw-3-balanced", title="Car, table or laptop, as many of each", cap_per_class=380, batch_size=32, epochs=15
)

# All classes; rendered batch by batch, so the set never stands in memory as bitmaps at all.
ALL = Recipe(
    name="quickdraw-345",
    title="All 345 classes, a plain network on bitmaps",
    classifier="quickdraw-345",
    kind="drawing",
    network="stacked",
    network_options={"stages": [[32, 32], [64, 64], [128, 128]], "dense": [256], "dropout": 0.2, "normalized": True},
    dataset="quickdraw",
    augmentation="strokes",
    cap_per_class=400,
    epochs=10,
    batch_size=256,
    learning_rate=2e-3,
    weight_decay=0.02,
    label_smoothing=0.1,
    precision="mixed_bfloat16",
    seed=1,
)

# The same drawings, read as they were made.
STROKES = Recipe(
    name="quickdraw-strokes",
    title="All 345 classes, a recurrent network on strokes",
    classifier="quickdraw-strokes",
    kind="drawing",
    input="sequence",
    network="recurrent",
    network_options={"filters": [64, 96, 128], "units": 192},
    dataset="quickdraw",
    augmentation="strokes",
    cap_per_class=400,
    epochs=20,
    batch_size=256,
    learning_rate=2e-3,
    weight_decay=0.02,
    label_smoothing=0.1,
    seed=1,
)

# Some 100 drawings a class, to be started with --from; without it, what those few teach a network that starts from nothing.
TRANSFER = replace(
    THREE,
    name="transfer",
    title="Car, table or laptop from 100 drawings of each, started from another network",
    network="residual",
    network_options={"stem": 32, "widths": [64, 160], "blocks": 2},
    augmentation="strokes",
    cap_per_class=380,
    validation_share=0.74,
    epochs=20,
    batch_size=32,
    optimizer="adamw",
    schedule="cosine",
)

RECIPES = (THREE, THREE_BALANCED, ALL, STROKES, TRANSFER)
