"""From a trained ``.keras`` or float ``.tflite`` file to a quantized one, with an account of what that cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
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
from edgeunet.quantize.four_bits import Means, packable_layers, packed_model
from edgeunet.quantize.kept import fewest_kept, in_order_of_damage
from edgeunet.quantize.layers import LayerError, channel_means, compare_layers, lossiest_layer, worst_layer
from edgeunet.quantize.network import AUTO, FloatNetwork, KerasNetwork, Network, check_quantizer, open_network
from edgeunet.short_repr import short_repr
from edgeunet.signals import Source, Split

if TYPE_CHECKING:
    import keras

SCHEMA = "edgeunet.quantize/1"
WEIGHTS = ("int8", "int4")
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
    weights: str = "int8",
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
    weights : ``"int8"``, or ``"int4"`` with the format int8: those of convolutions have four bits
        (`edgeunet.quantize.four_bits`).
    card : its sample rate, leads and normalization; the card beside the model when ``None``.
    calibration_windows : how many windows are drawn.
    input_range_percent : how many of their samples shall fit inside the input's range; the others saturate.
    seed : of the draw.
    evaluate : scores a model file on the validation patients; without it no metrics are compared.
    max_drop_points : largest loss of any F1, in points (hundredths). Layers with weights of four bits go back to int8
        until it holds, the most damaged first.

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
        conversion = _conversion(network, card, number_format, weights, drawn, compared, converter)
    quantized, validation = _account(conversion), None
    if evaluate is not None:
        quantized, validation = _validated(path, conversion, quantized, evaluate, max_drop_points)
    report = {
        **quantized.report,
        "compared_on": {"part": part, "windows": len(compared)},
        "calibration": _calibration(source, split, drawn, input_range_percent, seed) if drawn is not None else None,
        "warnings": list(prepared.warnings()),
    }
    if validation is not None:
        report["validation"] = validation
    return _with_report(quantized, report)


def quantize_model(
    model: keras.Model,
    card: ModelCard,
    number_format: str,
    calibration: NDArray[np.float32] | None,
    compared: NDArray[np.float32] | None = None,
    quantizer: str = AUTO,
    weights: str = "int8",
) -> Quantized:
    """Quantize a static-shape Keras model, calibrated on windows of the caller's.

    Parameters
    ----------
    model : with a fixed batch of 1 (`edgeunet.model.to_static`), of any dimensions.
    card : goes beside the result.
    number_format : see `quantize`.
    calibration : windows ``(windows, *input_shape)`` as the model sees them; ``None`` for float32 only.
    compared : windows on which layers are compared; those of the calibration when ``None``.
    quantizer, weights : see `quantize`.

    Raises
    ------
    QuantizeError
        When the windows would calibrate ranges that no signal has, or the model cannot be converted.
    """
    with ConverterProcess() as converter:
        network = KerasNetwork(model, quantizer)
        return _account(_conversion(network, card, number_format, weights, calibration, compared, converter))


def quantize_file(
    path: Path,
    card: ModelCard,
    number_format: str,
    calibration: NDArray[np.float32] | None,
    compared: NDArray[np.float32] | None = None,
    weights: str = "int8",
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
        return _account(_conversion(network, card, number_format, weights, calibration, compared, converter))


@dataclass(frozen=True)
class _Conversion:
    """A model in float32 and as asked for, with int8 weights, and the windows on which their layers are compared."""

    card: ModelCard
    number_format: str
    weights: str
    quantizer: str
    floating: bytes
    model: bytes
    windows: NDArray[np.float32] | None
    means: Means | None = None
    """Of the calibration windows, for weights of four bits."""


def _conversion(
    network: Network,
    card: ModelCard,
    number_format: str,
    weights: str,
    calibration: NDArray[np.float32] | None,
    compared: NDArray[np.float32] | None,
    converter: ConverterProcess,
) -> _Conversion:
    if number_format not in FORMATS:
        raise QuantizeError(f"format '{number_format}' is unknown; choose {', '.join(FORMATS)}")
    if weights not in WEIGHTS:
        raise QuantizeError(f"weights '{weights}' are unknown; choose {', '.join(WEIGHTS)}")
    if weights == "int4" and number_format != "int8":
        raise QuantizeError(f"weights of four bits go with int8 activations only, not with {number_format}")
    if calibration is not None:
        check_windows(calibration, network.shape)
    floating, converted = network.convert(converter, number_format, calibration)
    known = (card, number_format, weights, network.quantizer, floating, converted)
    if number_format == "float32":
        return _Conversion(*known, None)
    windows, means = compared if compared is not None else calibration, None
    if weights == "int4" and calibration is not None:
        means = channel_means(converted, (window[None] for window in calibration[:COMPARED_WINDOWS]))
    return _Conversion(*known, windows, means)


def _account(conversion: _Conversion, kept: Sequence[str] = ()) -> Quantized:
    """The model with its layers compared; where weights have four bits, those of the layers ``kept`` have eight."""
    model = _with_weights(conversion, kept)
    layers: Sequence[LayerError] = ()
    if conversion.windows is not None:
        try:
            layers = compare_layers(conversion.floating, model, (window[None] for window in conversion.windows))
        except GraphError as error:
            card = conversion.card
            raise _not_running(card.name, conversion.number_format, conversion.floating, error) from error
    return _quantized(conversion, model, tuple(layers), kept)


def _with_weights(conversion: _Conversion, kept: Sequence[str]) -> bytes:
    return conversion.model if conversion.weights == "int8" else packed_model(conversion.model, kept, conversion.means)


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


def _quantized(conversion: _Conversion, model: bytes, layers: tuple[LayerError, ...], kept: Sequence[str]) -> Quantized:
    card, number_format = conversion.card, conversion.number_format
    worst, lossiest = worst_layer(layers), lossiest_layer(layers)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "model": card.name,
        "format": number_format,
        "quantizer": conversion.quantizer,
        "model_digest": hashlib.sha256(model).hexdigest(),
        "model_bytes": len(model),
        "float32_model_bytes": len(conversion.floating),
        "output_sqnr_db": layers[-1].sqnr_db if layers else None,
        "worst_layer": worst.name if worst else None,
        "worst_layer_sqnr_db": worst.sqnr_db if worst else None,
        "lossiest_layer": lossiest.name if lossiest else None,
        "lossiest_layer_lost_db": lossiest.lost_db if lossiest else None,
        "input_clipping": layers[0].clipping if layers else None,
        "layers": [layer.to_dict() for layer in layers],
    }
    metrics = {"format": number_format, **{k: report[k] for k in ("model_bytes", "output_sqnr_db", "worst_layer")}}
    if conversion.weights == "int4":
        report["weights"] = {
            "type": "int4",
            "layers": len(packable_layers(conversion.model)) - len(kept),
            "kept_int8": list(kept),
            "int8_model_bytes": len(conversion.model),
        }
        metrics["weights"] = "int4"
    return Quantized(model, replace(card, metrics=metrics, model_digest=report["model_digest"]), layers, report)


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


def _validated(
    path: Path, conversion: _Conversion, quantized: Quantized, evaluate: Evaluate, max_drop_points: float | None
) -> tuple[Quantized, dict[str, Any]]:
    """The model that holds the limit, and its scores: of weights of four bits as many as the limit leaves."""
    before = evaluate(path)
    scores = {quantized.model: _scored(quantized, evaluate)}
    if conversion.weights == "int4" and max_drop_points is not None:

        def holds(kept: Sequence[str]) -> bool:
            model = _with_weights(conversion, kept)
            if model not in scores:
                scores[model] = _scored(replace(quantized, model=model), evaluate)
            worst = worst_drop(drops(before, scores[model]))
            return worst is None or worst.points <= max_drop_points

        kept = fewest_kept(in_order_of_damage(packable_layers(conversion.model), quantized.layers), holds)
        if kept:
            quantized = _account(conversion, kept)
        if quantized.model not in scores:
            scores[quantized.model] = _scored(quantized, evaluate)
    return quantized, _validation(quantized, before, scores[quantized.model], max_drop_points)


def _scored(quantized: Quantized, evaluate: Evaluate) -> Mapping[str, Any]:
    with scratch_directory() as directory:
        candidate = directory / f"{quantized.card.name}.tflite"
        digest = hashlib.sha256(quantized.model).hexdigest()
        replace(quantized, card=replace(quantized.card, model_digest=digest)).write(candidate)
        return evaluate(candidate)


def _validation(
    quantized: Quantized, before: Mapping[str, Any], after: Mapping[str, Any], max_drop_points: float | None
) -> dict[str, Any]:
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
