"""``edgeunet export-c``: a ``.tflite`` model as self-contained C, or as a C array for TFLM."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeunet.cli.options.aligned import aligned_option
from edgeunet.cli.options.completion import board_names
from edgeunet.cli.options.effort import effort_option
from edgeunet.cli.options.kernels import kernels_option
from edgeunet.cli.options.package import PackageOptions, package_options, say_package
from edgeunet.cli.options.pipeline import PipelineOptions, pipeline_options
from edgeunet.cli.options.prefer import prefer_option
from edgeunet.cli.options.scratch import scratch_option
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.emit.identifier import check_identifier, suggest_identifier
from edgeunet.errors import CompileError
from edgeunet.escaping.terminal import print_json, say
from edgeunet.kernels.flavour import FAST
from edgeunet.kernels.flavours import FLAVOURS, find_flavour
from edgeunet.schedule.choice import Choice

if TYPE_CHECKING:
    from edgeunet.emit.source import Compiled
    from edgeunet.graph.ir import Graph
    from edgeunet.kernels.flavour import Flavour
    from edgeunet.modelcard import ModelCard

AUTO = "auto"
"""``--kernels`` for every flavour in one folder."""


@click.command("export-c", cls=SectionedCommand)
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
@kernels_option("--core", everywhere=True)
@click.option(
    "--target",
    metavar="BOARD|CORE",
    shell_complete=board_names,
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
@prefer_option
@click.option("--explain", "explained", is_flag=True, help="Print what sets the arena's size and what would lower it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about what was written.")
@pipeline_options
@package_options
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
    prefer: str,
    explained: bool,
    as_json: bool,
    no_arena: bool,
    pipeline: PipelineOptions,
    package: PackageOptions,
) -> None:
    """Write C for MODEL (a .tflite file) into a directory."""
    package.check()
    identifier = check_identifier(name) if name is not None else suggest_identifier(model.name.split(".")[0])
    if flavour == "array":
        given = (kernels, target, mode, hop, recompute, ram_bytes, effort, aligned, scratch, prefer, explained)
        if given != (None, None, "window", None, None, None, 1, False, None, FAST, False):
            raise click.UsageError(
                "--kernels, --target, --mode, --hop, --recompute, --ram, --effort, --aligned, --scratch, --prefer "
                "and --explain are for --format compiled; leave them out."
            )
        if pipeline.wanted:
            raise click.UsageError("--pipeline is for --format compiled; leave it out.")
        if package.ecosystem is not None:
            raise click.UsageError("--package is for --format compiled; leave it out.")
        _export_array(model, directory, identifier, measure=not no_arena, as_json=as_json)
    else:
        asked = Choice(mode, hop, recompute, effort, aligned, scratch)
        if kernels == AUTO and target is not None:
            raise click.UsageError(f"--kernels {AUTO} is for every target, --target {target} for one; leave one out.")
        flavours = export_flavours(kernels, target)
        export_compiled(
            model, directory, identifier, flavours, asked, ram_bytes, prefer, explained, as_json, pipeline, package
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


def export_flavours(kernels: str | None, target: str | None) -> tuple[Flavour, ...]:
    """Every flavour, or the one that was asked for or that the target runs best."""
    everywhere = target is None and kernels in (None, AUTO)
    return tuple(FLAVOURS.values()) if everywhere else (_flavour(kernels, target),)


def _flavour(kernels: str | None, target: str | None) -> Flavour:
    """The kernels asked for, or those that the target's core runs best."""
    from edgeunet.run.target import find_board, target_kernels

    return find_flavour(kernels or "") if target is None else target_kernels(find_board(target), kernels)


def export_compiled(
    model: Path,
    directory: Path,
    name: str,
    flavours: Sequence[Flavour],
    asked: Choice,
    ram_bytes: int | None,
    preference: str,
    explained: bool,
    as_json: bool,
    pipeline: PipelineOptions,
    package: PackageOptions,
) -> None:
    """Compile for one flavour, or for all of them into one folder, and write it alone or as a package."""
    from edgeunet.emit.preference import preferred
    from edgeunet.emit.work import predicted_layers
    from edgeunet.graph import read_tflite
    from edgeunet.modelcard import read_card
    from edgeunet.schedule.explain import explain_model

    graph = read_tflite(model)
    card = read_card(model, graph.digest)
    choices = _choices(graph, flavours, asked, ram_bytes)
    on = {flavour.name: choices[flavour.name].on(flavour) for flavour in flavours if flavour.name in choices}
    note = partial(say, err=True)
    kernels = {name: preferred(graph, flavour, choices[name], preference, note) for name, flavour in on.items()}
    told: tuple[str, ...] = ()
    if len(flavours) == 1:
        compiled = _compile(graph, name, kernels[flavours[0].name], choices[flavours[0].name], card, pipeline, package)
    else:
        compiled, told = _compile_everywhere(graph, name, choices, kernels, asked, card, ram_bytes, pipeline, package)
    _write(compiled, graph, card, directory, told, as_json, pipeline, package)
    for flavour in flavours if explained else ():
        if len(flavours) > 1:
            say("", f"{flavour.name}: {flavour.title}", err=as_json)
        if flavour.name in choices:
            say(*explain_model(graph, kernels[flavour.name], choices[flavour.name], predicted_layers), err=as_json)


def _write(
    compiled: Compiled,
    graph: Graph,
    card: ModelCard | None,
    directory: Path,
    told: Sequence[str],
    as_json: bool,
    pipeline: PipelineOptions,
    package: PackageOptions,
) -> None:
    """Write the C, or the package around it, and say so."""
    from edgeunet.emit.source import summary

    stages, written = None, None
    if pipeline.wanted:
        from edgeunet.pipeline.program import add_pipeline

        compiled, stages = add_pipeline(compiled, graph, card, pipeline.request())
    if package.ecosystem is not None:
        from edgeunet.packages.writing import write_package

        written = write_package(
            compiled, package.ecosystem, directory, card, stages, version=package.version, force=package.force
        )
    else:
        stems = (compiled.name, *(f"{compiled.name}_{flavour}" for flavour in FLAVOURS))
        other_forms = {f"{stem}{ending}" for stem in stems for ending in (".c", ".h", "_weights.h")}
        compiled.sources.write(directory, instead_of=other_forms)
    say(*told, err=True)
    if compiled.untried:
        say(compiled.untried.sentence(), err=True)
    if written is not None:
        say_package(written)
    files = written.files if written is not None else tuple(compiled.sources.files)
    if as_json:
        about = {"package": written.ecosystem, "version": str(written.version)} if written is not None else {}
        print_json({**summary(compiled, directory), **about, "files": [str(directory / p) for p in files]}, indent=2)
    else:
        for path in files:
            say(str(directory / path))


def _choices(graph: Graph, flavours: Sequence[Flavour], asked: Choice, ram_bytes: int | None) -> dict[str, Choice]:
    """How to compile for each flavour. Where there are several, all run in the mode and hop of the first (a caller sees
    no difference); one that needs more memory is left out, and that is said."""
    from edgeunet.schedule.choice import choose

    chosen: dict[str, Choice] = {}
    for flavour in flavours:
        first = next(iter(chosen.values()), None)
        wanted = asked if first is None else replace(asked, mode=first.mode, hop=first.hop)
        of = f" for {flavour.name} kernels" if len(flavours) > 1 else ""
        try:
            choice = choose(graph, flavour, wanted, ram_bytes)
        except CompileError as error:
            if first is None:
                raise
            say(f"no {flavour.name} kernels: {error}", err=True)
            continue
        if asked.mode == "auto" or choice != wanted:
            say(f"{'auto' if asked.mode == 'auto' else '--ram'}: {choice.sentence()}{of}", err=True)
        chosen[flavour.name] = choice
    return chosen


def _compile(
    graph: Graph,
    name: str,
    flavour: Flavour,
    choice: Choice,
    card: ModelCard | None,
    pipeline: PipelineOptions,
    package: PackageOptions,
) -> Compiled:
    from edgeunet.emit import compile_model
    from edgeunet.emit.compile import default_command

    flavour = choice.on(flavour)
    line = default_command(flavour, choice.mode, choice.hop, choice.recompute, choice.effort, choice.aligned)
    return compile_model(
        graph,
        name,
        kernels=flavour,
        mode=choice.mode,
        hop=choice.hop,
        recompute=choice.recompute,
        card=card,
        command=line + pipeline.arguments() + package.arguments(),
        effort=choice.effort,
        aligned=choice.aligned,
    )


def _compile_everywhere(
    graph: Graph,
    name: str,
    choices: Mapping[str, Choice],
    flavours: Mapping[str, Flavour],
    asked: Choice,
    card: ModelCard | None,
    ram_bytes: int | None,
    pipeline: PipelineOptions,
    package: PackageOptions,
) -> tuple[Compiled, tuple[str, ...]]:
    """What was compiled, and what to say of it once it is written."""
    from edgeunet.emit.compile import options_of
    from edgeunet.emit.everywhere import compile_everywhere

    ram = f" --ram {ram_bytes}" if ram_bytes is not None else ""
    prefers = {flavour.prefers for flavour in flavours.values()} - {FAST}
    prefer = f" --prefer {prefers.pop()}" if prefers else ""
    line = (
        f"edgeunet export-c --kernels {AUTO}{options_of(asked)}{ram}{prefer}{pipeline.arguments()}{package.arguments()}"
    )
    made = compile_everywhere(graph, name, choices, card, line, flavours)
    left_out = (f"no {flavour} kernels: {reason}" for flavour, reason in made.left_out.items())
    sizes = "; ".join(
        f"{flavour} ({FLAVOURS[flavour].title}): state {each.state_bytes:,} bytes, constants {each.weights_bytes:,}"
        for flavour, each in made.each.items()
    )
    return made.compiled, (*left_out, f"kernels of {len(made.each)} kinds, of which a compiler takes one: {sizes}")
