"""``edgeunet firmware``: projects around a model, and the boards they can be built for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from edgeunet.cli.options.aligned import aligned_option
from edgeunet.cli.options.completion import board_names
from edgeunet.cli.options.effort import effort_option
from edgeunet.cli.options.kernels import kernels_option
from edgeunet.cli.options.package import PACKAGES, PackageOptions, say_changed
from edgeunet.cli.options.pipeline import PipelineOptions, pipeline_options
from edgeunet.cli.options.prefer import prefer_option
from edgeunet.cli.options.scratch import scratch_option
from edgeunet.cli.options.sections import SectionedCommand
from edgeunet.cli.options.weights import weights_option
from edgeunet.emit.identifier import suggest_identifier
from edgeunet.escaping.shell import shell_path
from edgeunet.escaping.terminal import say
from edgeunet.schedule.choice import Choice

BARE_METAL = "bare-metal"


@click.group()
def command() -> None:
    """Make a firmware project around a model, or list the boards."""


@command.command("new", cls=SectionedCommand)
@click.option("--model", required=True, type=click.Path(path_type=Path), help="The int8 .tflite file.")
@click.option(
    "--board",
    default="mps2-an386",
    show_default=True,
    shell_complete=board_names,
    help="A board or core; see firmware boards.",
)
@kernels_option()
@click.option("--mode", type=click.Choice(["window", "stream"]), default="window", show_default=True)
@click.option("--hop", type=click.IntRange(1), help="Input samples per call of a stream.  [default: the total stride]")
@effort_option
@aligned_option
@scratch_option
@prefer_option
@weights_option
@pipeline_options
@click.option(
    "-o", "--output", "directory", required=True, type=click.Path(path_type=Path), help="Directory of the project."
)
@click.option(
    "--template",
    type=click.Choice([BARE_METAL, *PACKAGES]),
    default=BARE_METAL,
    show_default=True,
    help="A project without an operating system, or a package with an example, as of export-c --package.",
)
@click.option("--force", is_flag=True, help="Replace files of the project that were changed; else they are kept.")
def new(
    model: Path,
    board: str,
    kernels: str | None,
    mode: str,
    hop: int | None,
    effort: int,
    aligned: bool,
    scratch: int | None,
    prefer: str,
    weights: str,
    directory: Path,
    template: str,
    force: bool,
    pipeline: PipelineOptions,
) -> None:
    """Write a bare-metal project: CMake, startup, linker scripts, drivers, and the compiled model; or a package.

    In a project that is there already, files that were changed since are kept and named.
    """
    if template != BARE_METAL:
        chosen = click.get_current_context().get_parameter_source("board") is not ParameterSource.DEFAULT
        asked_for = Choice(mode, hop, None, effort, aligned, scratch)
        package = PackageOptions(template, None, force)
        if weights != "flash":
            raise click.UsageError(f"--weights is for --template {BARE_METAL}; leave it out.")
        _new_package(model, directory, board if chosen else None, kernels, asked_for, prefer, pipeline, package)
        return
    from edgeunet.run.bench import new_firmware

    asked = pipeline.request() if pipeline.wanted else None
    project = new_firmware(
        model,
        board,
        directory,
        kernels=kernels,
        mode=mode,
        hop=hop,
        effort=effort,
        aligned=aligned,
        scratch=scratch,
        prefer=prefer,
        weights=weights,
        pipeline=asked,
        force=force,
        note=partial(say, err=True),
    )
    say_changed(directory, project.kept, project.replaced)
    what = f"{project.model} and its pipeline" if project.has_pipeline else project.model
    say(f"{directory}: firmware for {project.board} around {what}")
    say(f"next: edgeunet flash {shell_path(directory)}")


def _new_package(
    model: Path,
    directory: Path,
    board: str | None,
    kernels: str | None,
    asked: Choice,
    prefer: str,
    pipeline: PipelineOptions,
    package: PackageOptions,
) -> None:
    """Write what ``export-c --package`` does; for every core, where neither board nor kernels were asked for."""
    from edgeunet.cli.export_c import export_compiled, export_flavours

    name = suggest_identifier(model.name.split(".")[0])
    flavours = export_flavours(kernels, board)
    export_compiled(model, directory, name, flavours, asked, None, prefer, False, False, pipeline, package)


@command.command("boards")
def boards() -> None:
    """List cores and boards: how each is reached, or estimate where there is no firmware for it."""
    from edgeunet.run.machines.boards import load_boards

    table = load_boards()
    width = max(len(name) for name in table.boards)
    for board in table.boards.values():
        memory = f"{board.flash.size_bytes // 1024} kB flash, {board.ram.size_bytes // 1024} kB RAM"
        by = "estimate" if board.no_firmware else board.flasher["tool"]
        say(f"{board.name:<{width}}  {board.core.name:<13}  {by:<8}  {memory:<28}  {board.title}")
