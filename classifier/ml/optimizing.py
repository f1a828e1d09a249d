"""How a recipe's network is moved towards its data: optimizers, schedules, and what to do after each epoch."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from classifier.ml.handover import Recipe


def optimizer(recipe: Recipe, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer that the recipe names; only kernels decay. Raises ValueError with the known names."""
    average = recipe.average_weights
    options = {"weight_decay": recipe.weight_decay, "use_ema": average is not None, "ema_momentum": average or 0.99}
    made = _named(recipe.optimizer, _rate(recipe, steps_per_epoch), options)
    made.exclude_from_weight_decay(var_names=["beta", "gamma", "bias"])  # a scale that decays makes the network linear
    return made


def _named(name: str, rate: Any, options: dict[str, Any]) -> keras.optimizers.Optimizer:
    match name:
        case "adamw":
            return keras.optimizers.AdamW(rate, **options)
        case "adam":
            return keras.optimizers.Adam(rate, **options)
        case "sgd":
            return keras.optimizers.SGD(rate, **options)
        case "nesterov":
            return keras.optimizers.SGD(rate, momentum=0.85, nesterov=True, **options)
    raise ValueError(f"No optimizer {name!r}. There are: adamw, adam, sgd, nesterov.")


def _rate(recipe: Recipe, steps_per_epoch: int) -> Any:
    steps = steps_per_epoch * recipe.epochs
    match recipe.schedule:
        case "constant":
            return recipe.learning_rate
        case "cosine":
            warm = max(1, steps_per_epoch // 2)
            return keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=recipe.learning_rate, warmup_steps=warm)
        case "triangle":
            return Triangle(recipe.learning_rate, steps)
    raise ValueError(f"No schedule {recipe.schedule!r}. There are: constant, cosine, triangle.")


class Triangle(keras.optimizers.schedules.LearningRateSchedule):
    """Rises from a fifth of the peak over a fifth of the steps, then falls in a line to a twentieth."""

    def __init__(self, peak: float, steps: int) -> None:
        self.peak, self.steps = peak, steps

    def __call__(self, step: Any) -> Any:
        done = ops.cast(step, "float32") / self.steps
        return self.peak * ops.where(done < 0.2, 0.2 + 4.0 * done, 1 - 0.95 * (done - 0.2) / 0.8)

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps}
