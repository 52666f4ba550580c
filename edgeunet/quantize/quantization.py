"""From a trained ``.keras`` or float ``.tflite`` file to a quantized one, with an account of what that cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import BudgetExceededError, GraphError, QuantizeError
from edgeunet.files import FileSet, scratch_directory
from edgeunet.modelcard import ModelCard, add_card
from edgeunet.quantize.accuracy import Drop, drops, worst_drop
from edgeunet.quantize.apart import ConverterProcess
from edgeunet.quantize.calibrate import check_windows, draw_windows, limit_range, prepare
from edgeunet.quantize.convert import FORMATS
from edgeunet.quantize.layers import LayerError, compare_layers, lossiest_layer, worst_layer
from edgeunet.quantize.network import AUTO, FloatNetwork, KerasNetwork, Network, check_quantizer, open_network
from edgeunet.short_repr import short_repr
from edgeunet.signals import Source, Split

if TYPE_CHECKING:
    import keras

SCHEMA = "edgeunet.quantize/1"
COMPARED_WINDOWS = 32
"""Windows on which layers are compared: enough for three digits of every figure."""

CALIBRATION_WINDOWS = 256

INPUT_RANGE_PERCENT = 99.99
"""Share of the calibration samples that fit inside the input's range; see `edgeunet.quantize.calibrate.limit_range`."""

Evaluate = Callable[[Path], Mapping[str, Any]]
"""Scores the model file given, on the validation part."""


@dataclass(frozen=True)
class Quantized:
    """A converted model and what is known about it.

    Attributes
    ----------
    model : the bytes of the ``.tflite`` file.
    card : goes beside it.
    layers : error of each layer against float, empty for float32.
    report : document with schema ``edgeunet.quantize/1``, layers included.
    """

    model: bytes
    card: ModelCard
    layers: tuple[LayerError, ...]
    report: Mapping[str, Any]

    __repr__ = short_repr

    def write(self, path: Path) -> None:
        """Write the model, its card and its report (``<path>.quantize.json``) in one step."""
        path = Path(path)
        with FileSet(path.parent) as files:
            files.write_bytes(path, self.model)
            add_card(files, path, self.card)
            files.write_json(report_path(path), self.report)


def report_path(model: Path) -> Path:
    """Return where the report on ``model`` lies: the same name with ``.quantize.json`` added."""
    return model.with_name(model.name + ".quantize.json")


def quantize(
    path: Path,
    source: Source,
    split: Split,
    number_format: str = "int8",
    *,
    quantizer: str = AUTO,
    card: ModelCard | None = None,
    calibration_windows: int = CALIBRATION_WINDOWS,
    input_range_percent: float = INPUT_RANGE_PERCENT,
    seed: int = 0,
    evaluate: Evaluate | None = None,
    max_drop_points: float | None = None,
) -> Quantized:
    """Quantize a ``.keras`` or float ``.tflite`` file, calibrated on the training patients of ``split``.

    Parameters
    ----------
    path : the model.
    source, split : signals, and who may be used for what. Validation patients are never calibrated on; layers are
        compared on their windows, as these show what a range that training set has missed.
    number_format : ``"int8"``, ``"int16x8"`` or ``"float32"``.
    quantizer : ``"tensorflow"``, ``"ai-edge"``, or ``"auto"``: what fits the file, see `edgeunet.quantize.network`.
    card : its sample rate, leads and normalization; the card beside the model when ``None``.
    calibration_windows : how many windows are drawn.
    input_range_percent : how many of their samples shall fit inside the input's range; the others saturate.
    seed : of the draw.
    evaluate : scores a model file on the validation patients; without it no metrics are compared.
    max_drop_points : largest loss of any F1, in points (hundredths).

    Raises
    ------
    BudgetExceededError
        When an F1 fell by more than ``max_drop_points``; nothing has been written then.
    QuantizeError
        When the model cannot be quantized as asked.
    """
    if max_drop_points is not None and evaluate is None:
        raise QuantizeError("a largest drop was set but nothing is evaluated; leave --no-evaluate out")
    check_quantizer(path, number_format, quantizer)
    with ConverterProcess() as converter:
        network, card = open_network(path, card, quantizer, converter)
        card = card or ModelCard(name=network.name)
        drawn, prepared = None, prepare(source, card)
        if number_format != "float32":
            drawn = draw_windows(
                prepared, split, "train", card, network.shape, calibration_windows, seed=seed, vary_gain=True
            )
            drawn = limit_range(drawn, input_range_percent)
        part = "val" if split.val else "train"
        compared = draw_windows(prepared, split, part, card, network.shape, COMPARED_WINDOWS, seed=seed + 1)
        quantized = _quantize(network, card, number_format, drawn, compared, converter)
    report = {
        **quantized.report,
        "compared_on": {"part": part, "windows": len(compared)},
        "calibration": _calibration(source, split, drawn, input_range_percent, seed) if drawn is not None else None,
        "warnings": list(prepared.warnings()),
    }
    if evaluate is not None:
        report["validation"] = _validate(path, quantized, evaluate, max_drop_points)
    return _with_report(quantized, report)


def quantize_model(
    model: keras.Model,
    card: ModelCard,
    number_format: str,
    calibration: NDArray[np.float32] | None,
    compared: NDArray[np.float32] | None = None,
    quantizer: str = AUTO,
) -> Quantized:
    """Quantize a static-shape Keras model, calibrated on windows of the caller's.

    Parameters
    ----------
    model : with a fixed batch of 1 (`edgeunet.model.to_static`), of any dimensions.
    card : goes beside the result.
    number_format : see `quantize`.
    calibration : windows ``(windows, *input_shape)`` as the model sees them; ``None`` for float32 only.
    compared : windows on which layers are compared; those of the calibration when ``None``.
    quantizer : see `quantize`.

    Raises
    ------
    QuantizeError
        When the windows would calibrate ranges that no signal has, or the model cannot be converted.
    """
    with ConverterProcess() as converter:
        return _quantize(KerasNetwork(model, quantizer), card, number_format, calibration, compared, converter)


def quantize_file(
    path: Path,
    card: ModelCard,
    number_format: str,
    calibration: NDArray[np.float32] | None,
    compared: NDArray[np.float32] | None = None,
) -> Quantized:
    """Quantize a float ``.tflite`` file, calibrated on windows of the caller's; see `quantize_model`.

    Raises
    ------
    QuantizeError
        When the file is no float model, the windows do not suit it, or it cannot be quantized.
    ToolError
        When ai-edge-quantizer is not installed.
    """
    with ConverterProcess() as converter:
        network = FloatNetwork(converter.read(path))
        return _quantize(network, card, number_format, calibration, compared, converter)


def _quantize(
    network: Network,
    card: ModelCard,
    number_format: str,
    calibration: NDArray[np.float32] | None,
    compared: NDArray[np.float32] | None,
    converter: ConverterProcess,
) -> Quantized:
    if number_format not in FORMATS:
        raise QuantizeError(f"format '{number_format}' is unknown; choose {', '.join(FORMATS)}")
    if calibration is not None:
        check_windows(calibration, network.shape)
    floating, converted = network.convert(converter, number_format, calibration)
    if number_format == "float32":
        return _quantized(converted, floating, card, number_format, (), network.quantizer)
    windows = compared if compared is not None else calibration
    assert windows is not None
    try:
        layers = compare_layers(floating, converted, (window[None] for window in windows))
    except GraphError as error:
        raise _not_running(card.name, number_format, floating, error) from error
    return _quantized(converted, floating, card, number_format, tuple(layers), network.quantizer)


def _not_running(name: str, number_format: str, floating: bytes, error: GraphError) -> QuantizeError:
    """Return the error about a converted model that the reference kernels refuse, with the layer where one is known."""
    from edgeunet.model import lint_tflite

    told = str(error)
    guilty = next((finding for finding in lint_tflite(floating) if f"'{finding.operator}'" in told), None)
    if guilty is not None:
        return QuantizeError(f"'{name}' converts to {number_format} but does not run: {guilty}")
    return QuantizeError(
        f"'{name}' converts to {number_format} but does not run ({told}); some range is too narrow, so calibrate on "
        "signals like those it was trained on, or choose another --format"
    )


def _quantized(
    model: bytes,
    floating: bytes,
    card: ModelCard,
    number_format: str,
    layers: tuple[LayerError, ...],
    quantizer: str,
) -> Quantized:
    worst, lossiest = worst_layer(layers), lossiest_layer(layers)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "model": card.name,
        "format": number_format,
        "quantizer": quantizer,
        "model_digest": hashlib.sha256(model).hexdigest(),
        "model_bytes": len(model),
        "float32_model_bytes": len(floating),
        "output_sqnr_db": layers[-1].sqnr_db if layers else None,
        "worst_layer": worst.name if worst else None,
        "worst_layer_sqnr_db": worst.sqnr_db if worst else None,
        "lossiest_layer": lossiest.name if lossiest else None,
        "lossiest_layer_lost_db": lossiest.lost_db if lossiest else None,
        "input_clipping": layers[0].clipping if layers else None,
        "layers": [layer.to_dict() for layer in layers],
    }
    kept = {"format": number_format, **{k: report[k] for k in ("model_bytes", "output_sqnr_db", "worst_layer")}}
    return Quantized(model, replace(card, metrics=kept, model_digest=report["model_digest"]), layers, report)


def _with_report(quantized: Quantized, report: Mapping[str, Any]) -> Quantized:
    metrics = dict(quantized.card.metrics)
    if report.get("calibration"):
        metrics["calibration"] = report["calibration"]
    if report.get("validation"):
        metrics["drop_points"] = report["validation"]["worst_drop_points"]
    layers = list(report["layers"])
    rest = {key: value for key, value in report.items() if key != "layers"}
    return replace(quantized, card=replace(quantized.card, metrics=metrics), report={**rest, "layers": layers})


def _calibration(
    source: Source, split: Split, windows: NDArray[np.float32], input_range_percent: float, seed: int
) -> dict[str, Any]:
    return {
        "part": "train",
        "patients": len(split.part("train")),
        "windows": len(windows),
        "seed": seed,
        "input_range_percent": input_range_percent,
        "input_min": float(windows.min()),
        "input_max": float(windows.max()),
        "data": source.describe(),
    }


def _validate(path: Path, quantized: Quantized, evaluate: Evaluate, max_drop_points: float | None) -> dict[str, Any]:
    with scratch_directory() as directory:
        candidate = directory / f"{quantized.card.name}.tflite"
        quantized.write(candidate)
        before, after = evaluate(path), evaluate(candidate)
    changes = drops(before, after)
    worst = worst_drop(changes)
    if max_drop_points is not None:
        _check_drop(quantized, worst, max_drop_points)
    return {
        "float": before,
        "quantized": after,
        "drop_points": {change.label: change.points for change in changes},
        "worst_drop_points": worst.points if worst else None,
        "max_drop_points": max_drop_points,
    }


def _check_drop(quantized: Quantized, worst: Drop | None, max_drop_points: float) -> None:
    if worst is None:
        raise QuantizeError("no F1 could be compared, so the drop cannot be checked; evaluate on annotated records")
    if worst.points > max_drop_points:
        layer = lossiest_layer(quantized.layers)
        where = f"; layer '{layer.name}' loses most, {layer.lost_db:.1f} dB" if layer and layer.lost_db else ""
        raise BudgetExceededError(
            f"{quantized.report['format']} lost {worst.points:.2f} points of {worst.label} F1 "
            f"({100 * worst.before:.2f} → {100 * worst.after:.2f} %) and {max_drop_points:g} were allowed{where}; "
            "nothing was written, try --format int16x8 or more --calibration-windows"
        )
