"""What a user asked for on a command line, turned into calls: text to options, paths to specs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeunet.errors import TrainError
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.signals import Source, load_split
from edgeunet.spec import UNetSpec, load_spec, preset
from edgeunet.train.options import TrainOptions

_ZERO_IS_NONE = ("minutes", "patience")


def train_as_requested(
    start: Path | None,
    preset_name: str | None,
    source: Source,
    split_path: Path | None,
    output: Path,
    *,
    normalization: str | None,
    noise: Path | None = None,
    resume: bool,
    options: Mapping[str, Any],
) -> Any:
    """Train as a command line says, with progress on standard error; returns a `TrainResult`.

    Raises
    ------
    TrainError
        When there is neither spec nor preset, or both, or an option makes no sense.
    """
    chosen = options_from(options)
    what = starting_point(start, preset_name)
    split = None if split_path is None else load_split(split_path)

    from edgeunet.train.progress import EpochBar
    from edgeunet.train.training import train

    bar = EpochBar(sys.stderr, chosen.steps_per_epoch, source.classes)
    return train(
        what,
        source,
        output,
        options=chosen,
        split=split,
        normalization=normalization,
        noise=noise,
        resume=resume,
        listener=bar.listener(),
    )


def starting_point(start: Path | None, preset_name: str | None) -> UNetSpec | Path:
    """Return the spec or the model to train; a lone argument that names a preset is one."""
    if (start is None) == (preset_name is None):
        raise TrainError("give either a spec or model to train, or --preset NAME (one of them)")
    if preset_name is not None:
        return preset(preset_name)
    assert start is not None
    return start if start.suffix in (".keras", ".h5", ".hdf5") else load_spec(start)


def spec_to_estimate(start: Path | None, preset_name: str | None) -> UNetSpec:
    """Return the spec of a network to train, for what is said about it before.

    Raises
    ------
    TrainError
        When there is neither spec nor preset, or a model that is trained already.
    """
    found = starting_point(start, preset_name)
    if isinstance(found, Path):
        raise TrainError(
            f"--target estimates a network before it is trained, and '{found}' is a model; leave --target out, or "
            "quantize the model and run edgeunet bench --target"
        )
    return found


def options_from(given: Mapping[str, Any]) -> TrainOptions:
    """Return the options that were given, the others as they are by default; 0 minutes or patience means no limit."""
    values = {key: value for key, value in given.items() if value is not None}
    for key in _ZERO_IS_NONE:
        if values.get(key) == 0:
            values[key] = None
    if "class_weights" in values:
        values["class_weights"] = weights_from(values["class_weights"])
    return TrainOptions(**values)


def weights_from(text: str) -> str | dict[str, float]:
    """Return ``"P=2,T=1.5"`` as weights by class; text without ``=`` as it is, for the name of a weighting."""
    if "=" not in text:
        return text
    weights = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        try:
            weights[name.strip()] = float(number)
        except ValueError:
            raise TrainError(f"class weight '{part}' is not NAME=NUMBER; write for example P=2,T=1.5") from None
    return weights


def card_with(
    model: Path, classes: str | None, sample_rate_hz: float | None, normalization: str | None
) -> ModelCard | None:
    """Return the card beside ``model`` with what was given in its place; ``None`` where there is neither."""
    card = read_card(model)
    if card is None and classes is None and sample_rate_hz is None:
        return None
    card = card or ModelCard(name=model.name.split(".")[0])
    given: dict[str, Any] = {
        "classes": tuple(name.strip() for name in classes.split(",")) if classes else None,
        "sample_rate_hz": sample_rate_hz,
        "normalization": normalization,
    }
    return replace(card, **{key: value for key, value in given.items() if value is not None})
