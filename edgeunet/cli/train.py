"""``edgeunet train``."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.cli.options.completion import preset_names
from edgeunet.cli.options.data import DataRequest, data_options
from edgeunet.cli.options.estimate import estimate_document, first_estimate, target_option
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.escaping.terminal import print_json, say


@click.command(short_help="Train a model on a directory of records or on synthetic ECG.", cls=SectionedCommand)
@click.argument("start", metavar="[SPEC|MODEL.keras]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--preset",
    shell_complete=preset_names,
    help="Train a preset instead of a spec; `edgeunet build --help` lists them.",
)
@data_options
@click.option("--split", "split_path", type=click.Path(path_type=Path), help="JSON with train and val patients.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where to write MODEL.keras.")
@click.option("--epochs", type=int, help="Epochs that the learning-rate schedule spans.  [default: 24]")
@click.option("--steps-per-epoch", type=int, help="Batches per epoch.  [default: 200]")
@click.option(
    "--minutes",
    type=FiniteRange(),
    help="Wall-clock limit: training ends before its plan does, and says so. 0 for none.  [default: none]",
)
@click.option("--batch-size", type=int, help="Windows per batch.  [default: 32]")
@click.option("--learning-rate", type=FiniteRange(), help="Peak learning rate.  [default: 0.003]")
@click.option("--weight-decay", type=FiniteRange(), help="Decoupled weight decay.  [default: 0]")
@click.option(
    "--class-weights",
    help="auto (what suits the data's classes), none, sqrt, balanced, or weights such as P=2,T=1.5.  [default: auto]",
)
@click.option(
    "--patience", type=int, help="Stop after this many epochs without a better score. 0 for never.  [default: 15]"
)
@click.option(
    "--augmentation",
    help="How training windows are disturbed: auto (what suits the data's classes), ecg, field, light or none.  "
    "[default: auto]",
)
@click.option(
    "--normalization",
    help="Of windows: zscore, median-mad, centre, none; as a device can: causal, causal-fast, or with -24 added.  "
    "[default: the model's, or zscore]",
)
@click.option(
    "--noise",
    type=click.Path(path_type=Path),
    help="Directory of WFDB records of noise; half of the training windows get some, at 0 to 24 dB.",
)
@click.option(
    "--seed",
    type=int,
    help="Seed of weights, order and augmentation; the same seed gives the same history.  [default: 0]",
)
@target_option
@click.option("--resume", is_flag=True, help="Continue a training that was interrupted.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def command(
    start: Path | None,
    preset: str | None,
    request: DataRequest,
    split_path: Path | None,
    output: Path,
    normalization: str | None,
    noise: Path | None,
    resume: bool,
    target: str | None,
    as_json: bool,
    **options: object,
) -> None:
    """Train SPEC (TOML or JSON), a preset, or an existing MODEL.keras further.

    Beside the model are written its card (.json), the split, the history (.csv, .json) and the learning curves (.png).
    How long that takes depends on the machine, what is trained does not.
    """
    from edgeunet.train.report import describe_training, training_document
    from edgeunet.train.request import spec_to_estimate, train_as_requested

    estimate = None if target is None else first_estimate(spec_to_estimate(start, preset), target)
    if estimate is not None:
        say(*estimate.lines(), "", err=as_json)
    result = train_as_requested(
        start,
        preset,
        request.open(),
        split_path,
        output,
        normalization=normalization,
        noise=noise,
        resume=resume,
        options=options,
    )
    if as_json:
        print_json({**training_document(result), **estimate_document(estimate)})
    else:
        say(*describe_training(result))
