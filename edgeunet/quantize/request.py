"""What a user asked for on a command line, turned into a call: whose signals, which split, how to score."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from edgeunet.errors import QuantizeError
from edgeunet.escaping.terminal import redraw, say
from edgeunet.files import require_writable
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.quantize.quantization import Evaluate, Quantized, quantize
from edgeunet.signals import Source, Split, load_split, make_split, split_from_dict
from edgeunet.signals.mixture import split_of_member, split_of_mixture


def quantize_as_requested(
    model: Path,
    source: Source,
    split_path: Path | None,
    output: Path,
    *,
    number_format: str,
    quantizer: str,
    weights: str = "int8",
    calibration_windows: int,
    input_range_percent: float,
    seed: int,
    evaluated: bool,
    max_drop_points: float | None,
    tolerance_ms: float,
    card: ModelCard | None,
) -> Quantized:
    """Quantize as a command line says and write the result; notes and progress go to standard error.

    Raises
    ------
    QuantizeError, BudgetExceededError
        See `edgeunet.quantize.quantize`; nothing is written then.
    """
    if output.suffix != ".tflite":
        raise QuantizeError(f"'{output}' does not end in .tflite, the format that is written; add the suffix")
    if not model.exists():
        raise QuantizeError(
            f"there is no '{model}'; pass the .keras file that `edgeunet train -o` wrote, or a float .tflite file"
        )
    require_writable(output)
    card = card or read_card(model)
    split = choose_split(model, card, source, split_path)
    quantized = quantize(
        model,
        source,
        split,
        number_format,
        quantizer=quantizer,
        weights=weights,
        card=card,
        calibration_windows=calibration_windows,
        input_range_percent=input_range_percent,
        seed=seed,
        evaluate=_evaluation(source, split, card, tolerance_ms) if evaluated else None,
        max_drop_points=max_drop_points,
    )
    quantized.write(output)
    return quantized


def choose_split(model: Path, card: ModelCard | None, source: Source, split_path: Path | None) -> Split:
    """Return the split given, else that of the model's card, else a new one (of a model that was never trained).

    Raises
    ------
    QuantizeError
        When the card's split is of other data than ``source``.
    """
    if split_path is not None:
        return split_of_mixture(load_split(split_path), source)
    if card is None or card.split is None:
        say(f"'{model}' has no split; calibrating on 4 of 5 patients drawn at random", err=True)
        return make_split(source)
    split = split_of_member(split_from_dict(card.split, f"the split on the card of '{model}'"), source)
    known, here = _origin(card.data), _origin(source.describe())
    if set(split.train) - set(source.patients().values()) and known != here:
        raise QuantizeError(
            f"'{model}' was trained on {known} and its split does not fit {here}; pass --data with the records it was "
            "trained on, or --split for these"
        )
    return split


def _origin(data: Mapping[str, Any]) -> str:
    """Return a few words for where records come from, out of ``Source.describe``."""
    inner = data.get("source", data)
    if isinstance(inner, Mapping):
        data, inner = inner, inner.get("source", "unknown data")
    directory = f" '{data['directory']}'" if data.get("directory") else ""
    return f"{inner} records{directory}"


def _evaluation(source: Source, split: Split, card: ModelCard | None, tolerance_ms: float) -> Evaluate:
    from edgeunet.train import evaluate

    if not split.val:
        raise QuantizeError(
            "the split has no validation patients to compare float and quantized on; "
            "give a split with 'val', or --no-evaluate"
        )

    if card is not None:
        card = replace(card, model_digest=None)  # it stands for both files

    def score(path: Path) -> Mapping[str, Any]:
        tell = partial(_tell, sys.stderr, path.suffix.removeprefix(".")) if sys.stderr.isatty() else None
        document: Mapping[str, Any] = evaluate(
            path, source, split=split, part="val", tolerance_ms=tolerance_ms, card=card, tell=tell
        )
        return document

    return score


def _tell(stream: TextIO, what: str, done: int, count: int) -> None:
    redraw(stream, f"scoring the {what} model: record {done} of {count}")
    if done == count:
        say("", stream=stream)
