"""``edgeunet export-c``: a ``.tflite`` model as self-contained C, or as a C array for TFLM."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.emit.identifier import check_identifier, suggest_identifier


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
@click.option("--no-arena", is_flag=True, help="array: do not measure the arena with the TFLM interpreter.")
def command(model: Path, directory: Path, flavour: str, name: str | None, no_arena: bool) -> None:
    """Write C for MODEL (a .tflite file) into a directory."""
    identifier = check_identifier(name) if name is not None else suggest_identifier(model.name.split(".")[0])
    if flavour == "array":
        _export_array(model, directory, identifier, measure=not no_arena)
    else:
        _export_compiled(model, directory, identifier)


def _export_array(model: Path, directory: Path, name: str, *, measure: bool) -> None:
    from edgeunet.emit.array import array_sources
    from edgeunet.graph.outline import read_model_bytes, read_outline
    from edgeunet.modelcard import read_card
    from edgeunet.run.tflm_arena import measure_arena

    content = read_model_bytes(model)
    outline = read_outline(model)
    arena = measure_arena(content, inputs=len(outline.inputs)) if measure else None
    sources = array_sources(content, name, card=read_card(model), arena=arena)
    sources.write(directory)
    for path in sources.files:
        click.echo(directory / path)
    if arena is None:
        click.echo("The arena was not measured; the header says so.", err=True)


def _export_compiled(model: Path, directory: Path, name: str) -> None:
    from edgeunet.emit import compile_model
    from edgeunet.graph import read_tflite

    compiled = compile_model(read_tflite(model), name)
    compiled.sources.write(directory)
    for path in compiled.sources.files:
        click.echo(directory / path)
