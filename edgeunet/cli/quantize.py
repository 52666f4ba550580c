"""``edgeunet quantize``: a trained ``.keras`` or float ``.tflite`` model to integers, with the error of every layer."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.cli.options.data import DataRequest, data_options, tell_warnings
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.escaping.terminal import print_json, say


@click.command(
    short_help="Quantize a .keras or float .tflite model to int8, int16x8 or float32 TFLite.", cls=SectionedCommand
)
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The .tflite file to write.")
@click.option(
    "--format",
    "number_format",
    type=click.Choice(["int8", "int16x8", "float32"]),
    default="int8",
    show_default=True,
    help="int8: weights per channel, int8 in and out. int16x8: int16 activations, int8 weights.",
)
@click.option(
    "--quantizer",
    type=click.Choice(["auto", "tensorflow", "ai-edge"]),
    default="auto",
    show_default=True,
    help="Who makes the integers: tensorflow (its converter, from .keras) or ai-edge (ai-edge-quantizer); auto: "
    "tensorflow for .keras, ai-edge for .tflite.",
)
@click.option(
    "--weights",
    type=click.Choice(["int8", "int4"]),
    default="int8",
    show_default=True,
    help="int4: with --format int8, weights of convolutions in four bits; as many as --max-drop leaves.",
)
@data_options
@click.option(
    "--split", "split_path", type=click.Path(path_type=Path), help="JSON split; the model card's when left out."
)
@click.option(
    "--calibration-windows",
    type=click.IntRange(1),
    default=256,
    show_default=True,
    help="Windows of training patients that set the ranges.",
)
@click.option(
    "--input-range",
    "input_range_percent",
    type=FiniteRange(90, 100),
    default=99.99,
    show_default=True,
    metavar="PERCENT",
    help="Share of the calibration samples inside the input's range; the others saturate.",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Of the draw of these windows."
)
@click.option(
    "--max-drop",
    "max_drop_points",
    type=FiniteRange(min=0),
    help="Fail when an F1 falls by more points (hundredths).",
)
@click.option("--no-evaluate", is_flag=True, help="Do not score float and quantized on the validation patients.")
@click.option(
    "--tolerance-ms",
    type=FiniteRange(min=0),
    default=150.0,
    show_default=True,
    help="How far a matched boundary may be off.",
)
@click.option("--classes", help="Class names, background first, for a model without a card.")
@click.option("--sample-rate-hz", type=FiniteRange(0, min_open=True), help="Sample rate, for a model without a card.")
@click.option("--normalization", help="Window normalization, for a model without a card.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the tables.")
def command(
    model: Path,
    output: Path,
    number_format: str,
    quantizer: str,
    weights: str,
    request: DataRequest,
    split_path: Path | None,
    calibration_windows: int,
    input_range_percent: float,
    seed: int,
    max_drop_points: float | None,
    no_evaluate: bool,
    tolerance_ms: float,
    classes: str | None,
    sample_rate_hz: float | None,
    normalization: str | None,
    as_json: bool,
) -> None:
    """Quantize MODEL (a .keras or a float .tflite file), calibrated on windows of its training patients only.

    Beside the .tflite file are written its card (.json) and the report (.quantize.json). With --max-drop, a model that
    lost too much is not written and the exit code is 1; with --weights int4, layers go back to int8 first, those that
    lose most before the others, until the limit holds.
    """
    from edgeunet.quantize.request import quantize_as_requested
    from edgeunet.quantize.table import describe
    from edgeunet.train.request import card_with

    quantized = quantize_as_requested(
        model,
        request.open(),
        split_path,
        output,
        number_format=number_format,
        quantizer=quantizer,
        weights=weights,
        calibration_windows=calibration_windows,
        input_range_percent=input_range_percent,
        seed=seed,
        evaluated=not no_evaluate,
        max_drop_points=max_drop_points,
        tolerance_ms=tolerance_ms,
        card=card_with(model, classes, sample_rate_hz, normalization),
    )
    tell_warnings(quantized.report["warnings"])
    if as_json:
        print_json(dict(quantized.report))
    else:
        say(*describe(quantized))
    say(f"wrote {output}", err=True)
