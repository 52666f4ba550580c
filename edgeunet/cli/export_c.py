"""``edgeunet export-c``: a ``.tflite`` model as self-contained C, or as a C array for TFLM."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeunet.cli.options.aligned import aligned_option
from edgeunet.cli.options.effort import effort_option
from edgeunet.cli.options.kernels import kernels_option
from edgeunet.cli.options.pipeline import PipelineOptions, pipeline_options
from edgeunet.cli.options.scratch import scratch_option
from edgeunet.emit.identifier import check_identifier, suggest_identifier
from edgeunet.escaping.terminal import print_json, say
from edgeunet.schedule.choice import Choice

if TYPE_CHECKING:
    from edgeunet.kernels.flavour import Flavour


@click.command("export-c")
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "directory", required=True, type=click.Path(path_type=Path), help="Directory for the files."
)
@click.option(
    "--format",
    "flavour",
    type=click.Choice(["compiled", "array"]),
    default="compiled",
    show_default=True,
    help="Self-contained C that runs the model, or the .tflite file as a C array for the TFLM interpreter.",
)
@click.option("--name", help="C identifier that prefixes every symbol.  [default: from the file's name]")
@kernels_option("--core", otherwise="portable")
@click.option(
    "--target",
    metavar="BOARD|CORE",
    help="Kernels of this core (or a board's), chosen by its cycles; `edgeunet firmware boards` lists them.",
)
@click.option(
    "--mode",
    type=click.Choice(["window", "stream", "auto"]),
    default="window",
    show_default=True,
    help="A whole window per call; a hop per call, in a few kilobytes; or the smaller of the two.",
)
@click.option("--hop", type=int, help="Input samples per call of a stream.  [default: the total stride]")
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
@click.option("--explain", "explained", is_flag=True, help="Print what sets the arena's size and what would lower it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about what was written.")
@pipeline_options
@click.option("--no-arena", is_flag=True, help="array: do not measure the arena with the TFLM interpreter.")
def command(
    model: Path,
    directory: Path,
    flavour: str,
    name: str | None,
    kernels: str | None,
    target: str | None,
    mode: str,
    hop: int | None,
    recompute: int | None,
    ram_bytes: int | None,
    effort: int,
    aligned: bool,
    scratch: int | None,
    explained: bool,
    as_json: bool,
    no_arena: bool,
    pipeline: PipelineOptions,
) -> None:
    """Write C for MODEL (a .tflite file) into a directory."""
    identifier = check_identifier(name) if name is not None else suggest_identifier(model.name.split(".")[0])
    if flavour == "array":
        given = (kernels, target, mode, hop, recompute, ram_bytes, effort, aligned, scratch, explained)
        if given != (None, None, "window", None, None, None, 1, False, None, False):
            raise click.UsageError(
                "--kernels, --target, --mode, --hop, --recompute, --ram, --effort, --aligned, --scratch and --explain "
                "are for --format compiled; leave them out."
            )
        if pipeline.wanted:
            raise click.UsageError("--pipeline is for --format compiled; leave it out.")
        _export_array(model, directory, identifier, measure=not no_arena, as_json=as_json)
    else:
        asked = Choice(mode, hop, recompute, effort, aligned, scratch)
        _export_compiled(
            model, directory, identifier, _flavour(kernels, target), asked, ram_bytes, explained, as_json, pipeline
        )


def _export_array(model: Path, directory: Path, name: str, *, measure: bool, as_json: bool) -> None:
    from edgeunet.emit.array import array_sources, array_summary
    from edgeunet.graph.reading.outline import read_model_bytes, read_outline
    from edgeunet.modelcard import read_card
    from edgeunet.run.tflm_arena import measure_arena

    content = read_model_bytes(model)
    outline = read_outline(model)
    arena = measure_arena(content, inputs=len(outline.inputs)) if measure else None
    sources = array_sources(content, name, card=read_card(model, hashlib.sha256(content).hexdigest()), arena=arena)
    sources.write(directory)
    if as_json:
        print_json(array_summary(name, outline, sources, directory, arena), indent=2)
    else:
        for path in sources.files:
            say(str(directory / path))
    if arena is None:
        say("The arena was not measured; the header says so.", err=True)


def _flavour(kernels: str | None, target: str | None) -> Flavour:
    """The kernels asked for, or those that the target's core runs best."""
    from edgeunet.kernels.flavours import find_flavour
    from edgeunet.run.target import find_board, target_kernels

    return find_flavour(kernels or "portable") if target is None else target_kernels(find_board(target), kernels)


def _export_compiled(
    model: Path,
    directory: Path,
    name: str,
    kernels: Flavour,
    asked: Choice,
    ram_bytes: int | None,
    explained: bool,
    as_json: bool,
    pipeline: PipelineOptions,
) -> None:
    from edgeunet.emit import compile_model
    from edgeunet.emit.compile import default_command
    from edgeunet.emit.source import summary
    from edgeunet.emit.work import predicted_layers
    from edgeunet.graph import read_tflite
    from edgeunet.modelcard import read_card
    from edgeunet.schedule.choice import choose
    from edgeunet.schedule.explain import explain_model

    graph = read_tflite(model)
    choice = choose(graph, kernels, asked, ram_bytes)
    if asked.mode == "auto" or choice != asked:
        say(f"{'auto' if asked.mode == 'auto' else '--ram'}: {choice.sentence()}", err=True)
    kernels = choice.on(kernels)
    card = read_card(model, graph.digest)
    line = (
        default_command(kernels, choice.mode, choice.hop, choice.recompute, choice.effort, choice.aligned)
        + pipeline.arguments()
    )
    compiled = compile_model(
        graph,
        name,
        kernels=kernels,
        mode=choice.mode,
        hop=choice.hop,
        recompute=choice.recompute,
        card=card,
        command=line,
        effort=choice.effort,
        aligned=choice.aligned,
    )
    if pipeline.wanted:
        from edgeunet.pipeline.program import add_pipeline

        compiled, _ = add_pipeline(compiled, graph, card, pipeline.request())
    compiled.sources.write(directory)
    if compiled.untried:
        say(compiled.untried.sentence(), err=True)
    if as_json:
        print_json(summary(compiled, directory), indent=2)
    else:
        for path in compiled.sources.files:
            say(str(directory / path))
    if explained:
        say(*explain_model(graph, kernels, choice, predicted_layers), err=as_json)
