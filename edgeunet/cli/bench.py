"""``edgeunet bench``: build, run, compare and measure."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Any

import click

from edgeunet.cli.options.aligned import aligned_option
from edgeunet.cli.options.completion import target_names
from edgeunet.cli.options.effort import effort_option
from edgeunet.cli.options.energy import EnergyOptions, energy_options
from edgeunet.cli.options.kernels import kernels_option
from edgeunet.cli.options.parameters import FiniteRange
from edgeunet.cli.options.pipeline import PipelineOptions, pipeline_options
from edgeunet.cli.options.prefer import prefer_option
from edgeunet.cli.options.scratch import scratch_option
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.cli.options.weights import weights_option
from edgeunet.escaping.terminal import print_json, say


@click.command(cls=SectionedCommand)
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--target",
    default="host",
    show_default=True,
    shell_complete=target_names,
    help="host, a core (cortex-m4 …) or a board: see firmware boards.",
)
@click.option(
    "--mode",
    type=click.Choice(["window", "stream", "auto"]),
    help="Whole windows, a stream, or the smaller of the two.  [default: window]",
)
@click.option("--stream", is_flag=True, help="Short for --mode stream.")
@click.option("--hop", type=click.IntRange(1), help="Input samples per call of a stream.  [default: the total stride]")
@click.option(
    "--recompute", type=int, help="Skips of a stream to compute again instead of keeping them.  [default: cheap ones]"
)
@click.option(
    "--ram",
    "ram_bytes",
    type=click.IntRange(min=1),
    help="Bytes that state, input and output must fit: with less scratch memory, by hops, computing skips again.",
)
@effort_option
@aligned_option
@scratch_option
@prefer_option
@click.option(
    "--toolchain", type=click.Choice(["gcc", "clang", "zig"]), help="Compiler.  [default: the first that is installed]"
)
@click.option(
    "--emulator", type=click.Choice(["qemu", "unicorn"]), help="Emulator.  [default: the first that is installed]"
)
@kernels_option()
@click.option("--cflags", default="-O2", show_default=True, help="What the model's C is compiled with.")
@click.option(
    "--repeat", type=click.IntRange(1, 1000), default=1, show_default=True, help="Runs, each on another input."
)
@click.option("--peer", type=click.Choice(["tflm"]), help="Run the same inputs in TFLM's interpreter too, on the host.")
@click.option(
    "--compare", "compared", is_flag=True, help="Measure without each exact pass and each kernel too, one at a time."
)
@click.option("--port", help="Serial port of a real board, such as /dev/ttyACM0.")
@click.option("--sanitize", is_flag=True, help="host: build under AddressSanitizer and UndefinedBehaviorSanitizer.")
@click.option(
    "--timeout", "timeout_s", type=FiniteRange(0.1), default=120.0, show_default=True, help="Seconds per run."
)
@click.option(
    "--stack",
    "stack_bytes",
    type=click.IntRange(512),
    help="Bytes of stack on a core or board.  [default: 8192]",
)
@weights_option
@energy_options
@pipeline_options
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the firmware project and its images here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    model: Path,
    target: str,
    mode: str | None,
    stream: bool,
    hop: int | None,
    recompute: int | None,
    ram_bytes: int | None,
    effort: int,
    aligned: bool,
    scratch: int | None,
    prefer: str,
    toolchain: str | None,
    emulator: str | None,
    kernels: str | None,
    cflags: str,
    repeat: int,
    peer: str | None,
    compared: bool,
    port: str | None,
    sanitize: bool,
    timeout_s: float,
    stack_bytes: int | None,
    weights: str,
    keep: Path | None,
    as_json: bool,
    energy: EnergyOptions,
    pipeline: PipelineOptions,
) -> None:
    """Compile MODEL (int8 .tflite), run it on a target and compare every output byte with the exact reference.

    Exits with 1 when a byte differs.
    """
    from edgeunet.cli.words.energy import energy_lines
    from edgeunet.cli.words.measurement import summarize
    from edgeunet.cli.words.pipeline import summarize_pipeline
    from edgeunet.run.bench import Request, bench
    from edgeunet.run.compare import compare, comparison_table
    from edgeunet.run.pipeline_bench import bench_pipeline

    if stream and mode not in (None, "stream"):
        raise click.UsageError(f"--stream is short for --mode stream and --mode is {mode}; leave one of them out.")
    request = Request(
        model=model,
        target=target,
        mode="stream" if stream else mode or "window",
        hop=hop,
        recompute=recompute,
        ram_bytes=ram_bytes,
        effort=effort,
        aligned=aligned,
        scratch=scratch,
        prefer=prefer,
        toolchain=toolchain,
        emulator=emulator,
        kernels=kernels,
        flags=_flags(cflags),
        repeat=repeat,
        port=port,
        sanitize=sanitize,
        timeout_s=timeout_s,
        keep=keep,
        stack_bytes=stack_bytes,
        weights=weights,
        energy=energy.request(),
    )

    note = partial(say, err=True)

    whole = bench_pipeline(request, pipeline.request(), note) if pipeline.wanted else None
    result = bench(request, peer=peer, note=note)
    found = compare(request, note) if compared else ()
    if as_json:
        extra: dict[str, Any] = {"compare": [variant.document() for variant in found]} if compared else {}
        extra |= {} if whole is None else {"pipeline": whole.document()}
        print_json({**result.document(), **extra}, indent=2)
    else:
        say(*summarize(result.measurement))
        if result.energy is not None:
            call = "hop" if result.measurement.mode == "stream" else "window"
            say(*energy_lines(result.energy, call))
        if result.peer is not None:
            say(f"peer      {result.peer.text()}")
        if compared:
            say("", *comparison_table(found))
        if whole is not None:
            say("", *summarize_pipeline(whole))
    if not (result.measurement.exact and (whole is None or whole.exact) and all(variant.exact for variant in found)):
        raise click.exceptions.Exit(1)


def _flags(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise click.UsageError(f"--cflags {text} cannot be split into flags ({error}); balance the quotes") from error
