"""What the source documents did with CIFAR-10: a perceptron, a small convolutional network, and a ladder of six."""

from __future__ import annotations

from dataclasses import replace

from classifier.ml.handover import Recipe

# Flatten, 3,000, 1,000, 10; plain SGD.
ANN = Recipe(
    name="cifar10-ann",
    title="CIFAR-10, a perceptron",
    classifier="cifar10",
    kind="photo",
    input="photo",
    network="stacked",
    network_options={"stages": [], "dense": [3000, 1000]},
    dataset="cifar10",
    epochs=5,
    batch_size=32,
    optimizer="sgd",
    schedule="cosine",
    learning_rate=0.03,
    seed=1,
)

CNN = replace(
    ANN,
    name="cifar10-cnn",
    title="CIFAR-10, two convolutions",
    network_options={"stages": [[32], [64]], "dense": [64], "padding": "valid"},
    epochs=10,
    optimizer="adam",
    learning_rate=1e-3,
)

# A fifth is held out, and the run ends after two epochs without a lower loss there.
TUTORIAL = replace(
    CNN,
    name="cifar10-tutorial",
    title="CIFAR-10, two convolutions and early stopping",
    network_options={"stages": [[32], [32]], "dense": [256], "kernel": 4, "padding": "valid"},
    validation_share=0.2,
    epochs=25,
    schedule="constant",
    patience=2,
)

# The ladder: each rung changes what its title says, and keeps the rest of the rung below.
BASE = replace(TUTORIAL, name="cifar10-1", title="CIFAR-10, rung 1: the base", epochs=10, patience=None)
DROPOUT = replace(
    BASE,
    name="cifar10-2",
    title="CIFAR-10, rung 2: dropout, and the epochs that it takes",
    network_options={**BASE.network_options, "dropout": 0.25},
    epochs=20,
)
DEEPER = replace(
    DROPOUT,
    name="cifar10-3",
    title="CIFAR-10, rung 3: more layers",
    network_options={"stages": [[32, 32], [64, 64]], "dense": [256], "dropout": 0.25},
    batch_size=64,
)
WIDER = replace(
    DEEPER,
    name="cifar10-4",
    title="CIFAR-10, rung 4: more filters and more dropout",
    network_options={"stages": [[48, 48], [96, 96], [192, 192]], "dense": [256], "dropout": 0.3},
    precision="mixed_bfloat16",
)
NORMALIZED = replace(
    WIDER,
    name="cifar10-5",
    title="CIFAR-10, rung 5: batch normalisation",
    network_options={**WIDER.network_options, "normalized": True},
)
AUGMENTED = replace(
    NORMALIZED,
    name="cifar10-6",
    title="CIFAR-10, rung 6: augmentation, time to learn from it, and a second look in the mirror",
    augmentation="shifts",
    validation_share=0.05,
    epochs=30,
    batch_size=128,
    schedule="cosine",
    learning_rate=2e-3,
    views=2,
)

RECIPES = (ANN, CNN, TUTORIAL, BASE, DROPOUT, DEEPER, WIDER, NORMALIZED, AUGMENTED)
