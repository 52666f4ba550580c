"""Small changes to training windows, drawn anew each time: named steps, each with a chance and a strength."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.signals import disturbances, recorders
from edgeunet.signals.record import CLASSES, UNKNOWN, Labels, Signal
from edgeunet.signals.recorded_noise import RecordedNoise

Rng = np.random.Generator

Step = Callable[[Signal, Labels, float, float, Rng], tuple[Signal, Labels]]
"""``(window (time, channels), labels (time,), strength, sample_rate_hz, rng)`` to a new window and labels of the same
shapes. Sizes are relative to the window's own standard deviation, so that they suit any signal."""


def scale(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Multiply all channels by ``2 ** u``, ``u`` in ``±strength``."""
    return _float32(x * 2.0 ** rng.uniform(-strength, strength)), y


def flip(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Turn all channels upside down, as swapped electrodes do."""
    return -x, y


def wander(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Add baseline wander up to ``strength`` to each channel."""
    return _add(
        x, [disturbances.baseline_wander(len(x), rate_hz, 1.0, 0.3, rng) for _ in range(x.shape[1])], strength, rng
    ), y


def mains(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Add 50 or 60 Hz hum up to ``strength`` to each channel; nothing where the sample rate is too low for it."""
    frequency = float(rng.choice([50.0, 60.0]))
    if frequency >= rate_hz / 2:
        return x, y
    return _add(
        x, [disturbances.mains_hum(len(x), rate_hz, 1.0, frequency, rng) for _ in range(x.shape[1])], strength, rng
    ), y


def noise(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Add noise in bursts (muscle noise, or the like at other sample rates) up to ``strength`` to each channel."""
    return _add(x, [disturbances.muscle_noise(len(x), rate_hz, 1.0, rng) for _ in range(x.shape[1])], strength, rng), y


def pops(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Add electrode pops up to ``strength``, about 8 a minute, to each channel."""
    added = [disturbances.electrode_pops(len(x), rate_hz, strength, 8.0, rng) for _ in range(x.shape[1])]
    return _float32(x + np.stack(added, axis=1) * _spread(x)), y


def dropout(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Hold one channel at one value (a lead fallen off) for up to ``strength`` of the window.

    With a single channel the labels there become unknown: nothing is left to tell them from.
    """
    length = int(rng.uniform(0.02, max(strength, 0.02)) * len(x))
    start, channel = int(rng.integers(max(len(x) - length, 1))), int(rng.integers(x.shape[1]))
    x = x.copy()
    x[start : start + length, channel] = x[start, channel]
    if x.shape[1] == 1:
        y = y.copy()
        y[start : start + length] = UNKNOWN
    return x, y


def fibrillate(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Draw a straight line in place of every P wave, and lay f-waves of up to ``strength`` over each channel.

    A network that has seen few patients without P waves otherwise finds one before every QRS. For ECG labels only.
    """
    label, margin = CLASSES.index("P"), round(0.012 * rate_hz)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], y == label, [False])).astype(np.int8)))
    x = x.copy()
    for first, stop in zip(edges[::2] - margin, edges[1::2] + margin, strict=True):
        place = np.arange(max(first, 0), min(stop, len(x)))
        x[place] = np.linspace(x[place[0]], x[place[-1]], len(place))
    waves = [disturbances.fibrillatory_waves(len(x), rate_hz, 1.0, rng) for _ in range(x.shape[1])]
    return _add(x, waves, strength, rng), np.where(y == label, 0, y).astype(np.int8)


def stretch(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Play the window up to ``1 + strength`` times slower or faster about its middle, labels along with it.

    Slower loses both ends; faster continues them by their last value, labels unknown there.
    """
    factor = (1 + strength) ** rng.uniform(-1, 1)
    middle = (len(x) - 1) / 2
    place = middle + (np.arange(len(x)) - middle) * factor
    grid = np.arange(len(x))
    stretched = np.stack([np.interp(place, grid, x[:, channel]) for channel in range(x.shape[1])], axis=1)
    nearest = np.floor(place + 0.5).astype(np.int64)
    inside = (nearest >= 0) & (nearest < len(x))
    return _float32(stretched), np.where(inside, y[np.clip(nearest, 0, len(x) - 1)], UNKNOWN).astype(np.int8)


STEPS: Mapping[str, Step] = {
    "block": recorders.block,
    "missed": recorders.missed,
    "fibrillate": fibrillate,
    "spikes": recorders.spikes,
    "stretch": stretch,
    "scale": scale,
    "flip": flip,
    "wander": wander,
    "mains": mains,
    "noise": noise,
    "pops": pops,
    "dropout": dropout,
    "offset": recorders.offset,
    "bandwidth": recorders.bandwidth,
    "adc": recorders.adc,
}
"""Name → step. They are applied in this order, whatever the order of a recipe."""


@dataclass(frozen=True)
class Chance:
    """How often a step is applied, and how strongly at most."""

    probability: float
    strength: float = 0.0


RECIPES: Mapping[str, Mapping[str, Chance]] = {
    "none": {},
    "light": {
        "stretch": Chance(0.3, 0.08),
        "scale": Chance(0.5, 0.5),
        "wander": Chance(0.3, 0.3),
        "noise": Chance(0.3, 0.08),
    },
    "ecg": {
        "fibrillate": Chance(0.15, 0.2),
        "stretch": Chance(0.4, 0.15),
        "scale": Chance(0.5, 1.0),
        "flip": Chance(0.15),
        "wander": Chance(0.4, 0.6),
        "mains": Chance(0.2, 0.15),
        "noise": Chance(0.4, 0.15),
        "pops": Chance(0.1, 3.0),
        "dropout": Chance(0.05, 0.1),
    },
    "field": {
        "block": Chance(0.05, 0.25),
        "missed": Chance(0.05, 0.5),
        "fibrillate": Chance(0.15, 0.2),
        "spikes": Chance(0.05, 6.0),
        "stretch": Chance(0.4, 0.3),
        "scale": Chance(0.5, 1.0),
        "flip": Chance(0.15),
        "wander": Chance(0.3, 0.6),
        "mains": Chance(0.2, 0.15),
        "noise": Chance(0.3, 0.15),
        "pops": Chance(0.1, 3.0),
        "dropout": Chance(0.05, 0.1),
        "offset": Chance(0.2, 20.0),
        "bandwidth": Chance(0.3),
        "adc": Chance(0.2),
    },
}
"""Name → step name → chance."""


class Augmentation:
    """A recipe ready to be applied to windows.

    Parameters
    ----------
    recipe : name in `RECIPES`, or step name → `Chance`.
    noise : recorded noise, added after all steps of the recipe.

    Raises
    ------
    SignalError
        When the recipe or a step is unknown, or a probability is not within 0 … 1.
    """

    def __init__(self, recipe: str | Mapping[str, Chance] = "ecg", noise: RecordedNoise | None = None) -> None:
        self.noise = noise
        if isinstance(recipe, str):
            if recipe not in RECIPES:
                raise SignalError(f"augmentation '{recipe}' is unknown; choose one of {', '.join(RECIPES)}")
            recipe = RECIPES[recipe]
        for name, chance in recipe.items():
            if name not in STEPS:
                raise SignalError(f"augmentation step '{name}' is unknown; choose from {', '.join(STEPS)}")
            if not (0 <= chance.probability <= 1 and chance.strength >= 0):
                raise SignalError(
                    f"augmentation step '{name}': {chance} needs a probability of 0 … 1 and no negative strength"
                )
        self.recipe = {name: recipe[name] for name in STEPS if name in recipe}

    def __call__(self, x: Signal, y: Labels, sample_rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
        """Return an augmented copy of window ``x`` ``(time, channels)`` with labels ``y`` ``(time,)``."""
        for name, chance in self.recipe.items():
            if rng.uniform() < chance.probability:
                x, y = STEPS[name](x, y, chance.strength, sample_rate_hz, rng)
        return (x if self.noise is None else self.noise(x, y, rng)), y


def _add(x: Signal, courses: list[disturbances.Floats], strength: float, rng: Rng) -> Signal:
    size = rng.uniform(0, strength, size=(1, x.shape[1]))
    return _float32(x + np.stack(courses, axis=1) * size * _spread(x))


def _spread(x: Signal) -> Signal:
    """Return the standard deviation of each channel ``(1, channels)``."""
    return np.asarray(x.std(axis=0, keepdims=True))


def _float32(x: disturbances.Floats | Signal) -> Signal:
    return np.asarray(x, np.float32)
