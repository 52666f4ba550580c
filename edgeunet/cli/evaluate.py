"""``edgeunet evaluate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from edgeunet.cli.options.data import DataRequest, data_options, tell_warnings
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.escaping.terminal import print_json, say


@click.command(short_help="Score a .keras or .tflite model by sample and by wave boundary.", cls=SectionedCommand)
@click.argument("model", type=click.Path(path_type=Path))
@data_options
@click.option(
    "--split", "split_path", type=click.Path(path_type=Path), help="JSON split; the model card's when left out."
)
@click.option("--part", default="val", show_default=True, type=click.Choice(["train", "val", "test", "all"]))
@click.option(
    "--tolerance-ms",
    type=FiniteRange(min=0),
    default=150.0,
    show_default=True,
    help="How far a matched boundary may be off.",
)
@click.option(
    "--overlap",
    type=FiniteRange(),
    help="Share of a window that the next repeats; else what the network's reach needs.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="Draw signals with annotated and predicted waves (PNG).")
@click.option("--classes", help="Class names, background first, for a model without a card.")
@click.option("--sample-rate-hz", type=FiniteRange(0, min_open=True), help="Sample rate, for a model without a card.")
@click.option("--normalization", help="Window normalization, for a model without a card.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def command(
    model: Path,
    request: DataRequest,
    split_path: Path | None,
    part: str,
    tolerance_ms: float,
    overlap: float | None,
    plot: Path | None,
    classes: str | None,
    sample_rate_hz: float | None,
    normalization: str | None,
    as_json: bool,
) -> None:
    """Score MODEL (.keras, or .tflite in LiteRT's reference kernels) on the patients of one part of the split."""
    from edgeunet.signals import load_split
    from edgeunet.train.evaluation import evaluate
    from edgeunet.train.progress import record_counter
    from edgeunet.train.report import describe_evaluation
    from edgeunet.train.request import card_with

    document = evaluate(
        model,
        request.open(),
        split=None if split_path is None else load_split(split_path),
        part=part,
        tolerance_ms=tolerance_ms,
        card=card_with(model, classes, sample_rate_hz, normalization),
        overlap=overlap,
        plot=plot,
        tell=record_counter(sys.stderr),
    )
    tell_warnings(document["warnings"])
    if as_json:
        print_json(document)
    else:
        say(*describe_evaluation(document))
