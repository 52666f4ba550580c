"""Everything a training run can be told, in one frozen value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from edgeunet.errors import TrainError
from edgeunet.short_repr import short_repr
from edgeunet.signals.augment import RECIPES

WEIGHTINGS = ("auto", "none", "sqrt", "balanced")
AUTO = "auto"


@dataclass(frozen=True)
class TrainOptions:
    """How to train.

    Attributes
    ----------
    epochs : how many epochs the learning-rate schedule spans.
    steps_per_epoch : batches per epoch; an epoch is a fixed amount of work, however large the data set is.
    batch_size : windows per batch.
    minutes : wall-clock limit: no epoch is begun that would end beyond it. The plan and the learning rate stay those of
        ``epochs``, however fast the machine is; ``None`` for no limit.
    learning_rate : the peak, reached after the warm-up and annealed to 1 % of itself along a cosine.
    warmup : share of the first epoch over which the rate rises linearly.
    weight_decay : decoupled decay of convolution kernels per step, times the rate (AdamW).
    clip_norm : largest norm of one step's gradient.
    averaging : weight of the past in the running average of the weights (Polyak), which is what is validated and saved;
        0 turns it off.
    class_weights : ``"none"``, ``"sqrt"`` (inverse square root of each class's share), ``"balanced"`` (inverse share),
        weights by class name (1 for those not named), or ``"auto"``: what suits the data's classes, see
        `edgeunet.train.recipes`.
    label_smoothing : share of the target that is spread over all classes.
    patience : epochs without a better validation score after which training stops; ``None`` for never.
    augmentation : name of a recipe of `edgeunet.signals.augment`, ``"none"``, or ``"auto"`` as above.
    seed : the one seed of initial weights, dropout, window order and augmentation.
    """

    epochs: int = 24
    steps_per_epoch: int = 200
    batch_size: int = 32
    minutes: float | None = None
    learning_rate: float = 3e-3
    warmup: float = 0.5
    weight_decay: float = 0.0
    clip_norm: float = 1.0
    averaging: float = 0.995
    class_weights: str | Mapping[str, float] = AUTO
    label_smoothing: float = 0.0
    patience: int | None = 15
    augmentation: str = AUTO
    seed: int = 0

    __repr__ = short_repr

    def __post_init__(self) -> None:
        for name in ("epochs", "steps_per_epoch", "batch_size", "patience"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise TrainError(f"{name} is {value}; give a whole number, 1 or more")
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and low <= value <= high):
                raise TrainError(f"{name} is {value}; give a number from {low:.10g} to {high:.10g}")
        if self.minutes is not None and not self.minutes > 0:
            raise TrainError(f"minutes is {self.minutes}; give a positive number, or leave it out for no limit")
        if self.augmentation not in (AUTO, *RECIPES):
            raise TrainError(f"augmentation '{self.augmentation}' is unknown; choose {', '.join((AUTO, *RECIPES))}")
        if isinstance(self.class_weights, str) and self.class_weights not in WEIGHTINGS:
            raise TrainError(f"class_weights '{self.class_weights}' is unknown; choose {', '.join(WEIGHTINGS)}")
        if isinstance(self.class_weights, Mapping):
            _check_weights(self.class_weights)


def _check_weights(weights: Mapping[str, float]) -> None:
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise TrainError(f"class_weights gives {name} the weight {weight}; give a finite number, 0 or more")


_RANGES = (
    ("learning_rate", 1e-8, 10.0),
    ("warmup", 0.0, 1.0),
    ("weight_decay", 0.0, 1.0),
    ("clip_norm", 1e-6, 1e6),
    ("averaging", 0.0, 0.99999),
    ("label_smoothing", 0.0, 0.5),
    ("seed", 0, 2**31 - 1),
)


def learning_rate_at(progress: float, epoch: float, options: TrainOptions) -> float:
    """Return the rate when ``progress`` (0..1) of the plan is done and ``epoch`` epochs (a fraction counts) are over.

    Linear warm-up over the first ``warmup`` of an epoch, then half a cosine from the peak to 1 % of it (Loshchilov and
    Hutter, *SGDR*, 2017, without restarts).
    """
    annealed = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(max(progress, 0.0), 1.0)))
    rising = min(1.0, (epoch + 1e-3) / options.warmup) if options.warmup else 1.0
    return options.learning_rate * annealed * rising


def is_out_of_time(options: TrainOptions, elapsed_s: float, epoch_s: float) -> bool:
    """Return whether another epoch would go beyond the time limit.

    Parameters
    ----------
    elapsed_s : time used so far, set-up included.
    epoch_s : time one epoch takes, from the last ones.
    """
    return options.minutes is not None and elapsed_s + epoch_s > options.minutes * 60
