"""What ``auto`` means: augmentation and class weights that suit the kind of signal, told by its classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from edgeunet.errors import TrainError
from edgeunet.signals import CLASSES
from edgeunet.train.options import AUTO, TrainOptions


@dataclass(frozen=True)
class Recipe:
    """Defaults for one kind of signal, by the names `TrainOptions` has for them."""

    augmentation: str
    class_weights: str | Mapping[str, float]


ECG = Recipe("ecg", {"P": 2.0})
"""P waves are the small ones, and the augmentation erases some: at weight 1 faint ones are missed."""

ANY = Recipe("light", "sqrt")
"""Nothing is known of the signal: it is neither turned upside down nor are any of its waves erased."""


def settled(options: TrainOptions, classes: tuple[str, ...]) -> TrainOptions:
    """Return ``options`` with every ``auto`` replaced by what suits data of these classes.

    Raises
    ------
    TrainError
        When there is a weight for a class that the data do not have.
    """
    if isinstance(options.class_weights, Mapping):
        unknown = sorted(set(options.class_weights) - set(classes))
        if unknown:
            raise TrainError(f"class_weights names no class '{unknown[0]}'; the data have {', '.join(classes)}")
    recipe = ECG if classes == CLASSES else ANY
    return replace(
        options,
        augmentation=recipe.augmentation if options.augmentation == AUTO else options.augmentation,
        class_weights=recipe.class_weights if options.class_weights == AUTO else options.class_weights,
    )
