"""``edgeunet simulate``: a recording through the compiled pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.cli.options.completion import record_names
from edgeunet.cli.options.data import DataRequest, data_options, tell_warnings
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.escaping.terminal import print_json, say


@click.command(short_help="Send a recording through the compiled pipeline and plot its events.", cls=SectionedCommand)
@click.argument("record", shell_complete=record_names)
@click.option("--model", required=True, type=click.Path(path_type=Path), help="int8 .tflite, its card beside it.")
@data_options
@click.option("--stream", is_flag=True, help="Hop by hop, as a device does; else window after window.")
@click.option("--hop", type=click.IntRange(1), help="Samples per hop.  [default: the total stride]")
@click.option(
    "--normalization", type=click.Choice(["causal", "causal-fast", "none"]), help="Instead of the model card's."
)
@click.option("--threshold", default=0.0, show_default=True, help="By how much a class must lead background.")
@click.option(
    "--adc-bits",
    type=click.IntRange(16, 24),
    help="Width of a sample, of a microvolt a count; above 16 an electrode's offset is removed.  "
    "[default: 16, or the model's]",
)
@click.option("--toolchain", type=click.Choice(["gcc", "clang", "zig"]), help="Compiler.  [default: the first there]")
@click.option(
    "--compare/--no-compare",
    default=None,
    help="Whether to run the pipeline in numpy too, and compare.  [default: up to ten minutes]",
)
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the events over the signal (PNG).")
@click.option("--start", "start_s", type=FiniteRange(0), default=0.0, show_default=True, help="plot: from, in s.")
@click.option("--seconds", type=FiniteRange(0.1), default=10.0, show_default=True, help="plot: how many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    record: str,
    model: Path,
    request: DataRequest,
    stream: bool,
    hop: int | None,
    normalization: str | None,
    threshold: float,
    adc_bits: int | None,
    toolchain: str | None,
    compare: bool | None,
    plot: Path | None,
    start_s: float,
    seconds: float,
    as_json: bool,
) -> None:
    """Send RECORD through MODEL's pipeline, compiled for this machine: samples in, events out.

    RECORD is a name within --data, the path of a WFDB record, a .csv or an .npz file, or synthetic-0000 and so on
    without data. Annotations are not needed; where there are any, events are scored against them. Exits with 1 when
    the compiled pipeline differs from the one in numpy.
    """
    from edgeunet.cli.words.simulation import describe_simulation
    from edgeunet.cli.words.simulation_plot import plot_simulation
    from edgeunet.files import require_writable
    from edgeunet.run.simulate import SimulationRequest, simulate

    if hop is not None and not stream:
        raise click.UsageError("--hop is for --stream; add --stream, or leave --hop out to run window after window.")
    if plot is not None:
        require_writable(plot, ".png")
    source, name = request.open_record(record)
    wanted = SimulationRequest(
        model=model,
        record=name,
        leads=request.leads,
        stream=stream,
        hop=hop,
        normalization=normalization,
        threshold=threshold,
        adc_bits=adc_bits,
        toolchain=toolchain,
        compare=compare,
    )
    done = simulate(wanted, source)
    if plot is not None:
        plot_simulation(done, plot, start_s=start_s, shown_s=seconds)
    tell_warnings(done.warnings)
    if as_json:
        print_json(done.document())
    else:
        say(*describe_simulation(done))
    if done.exact is False:
        raise click.exceptions.Exit(1)
