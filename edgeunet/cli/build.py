"""``edgeunet build``: a spec or preset in, its cost, its lint and a Keras model out."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.cli.options.completion import preset_names
from edgeunet.cli.options.estimate import estimate_document, first_estimate, target_option
from edgeunet.cli.options.parameters import CLASSES, SHAPE, FiniteRange
from edgeunet.escaping.terminal import print_json, say


@click.command("build")
@click.argument("spec", required=False)
@click.option(
    "--preset",
    "preset_name",
    metavar="NAME",
    shell_complete=preset_names,
    help="Build a preset instead of a spec file.",
)
@click.option("--dimensions", type=click.IntRange(1, 2), help="Take the 1-D or 2-D form of the preset.")
@click.option("--list-presets", is_flag=True, help="List the presets and stop.")
@click.option("--input-shape", type=SHAPE, help="Window, such as 800,1 (time,channels) or 96,128,3.")
@click.option("--classes", type=CLASSES, help="How many classes, or their names: background,P,QRS,T.")
@click.option("--sample-rate", "sample_rate_hz", type=FiniteRange(), metavar="HZ", help="Rate of the input signal.")
@click.option("--name", help="Name of the model.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="Seed of the initial weights."
)
@click.option("--lint/--no-lint", default=True, help="Convert the model and check that a microcontroller can run it.")
@target_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the model to this .keras file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the table.")
def command(
    spec: str | None,
    preset_name: str | None,
    dimensions: int | None,
    list_presets: bool,
    input_shape: tuple[int, ...] | None,
    classes: tuple[str, ...] | int | None,
    sample_rate_hz: float | None,
    name: str | None,
    seed: int,
    lint: bool,
    target: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Build the network of SPEC (a .toml or .json file) or of a preset, and print what it will cost.

    Without -o nothing is written.
    """
    from edgeunet.model import construct, format_cost
    from edgeunet.spec import choose_spec, list_of_presets, load_spec

    if list_presets:
        say(*list_of_presets())
        return
    chosen = choose_spec(spec, preset_name, dimensions)
    network = load_spec(chosen, input_shape=input_shape, classes=classes, sample_rate_hz=sample_rate_hz, name=name)
    built = construct(network, output, seed=seed, lint=lint)
    estimate = None if target is None else first_estimate(network, target, seed)
    if as_json:
        print_json({**built.document(), **estimate_document(estimate)}, indent=2)
    else:
        say(*format_cost(built.cost, built.findings), *(estimate.lines() if estimate else ()))
    if output is not None:
        say(f"wrote {output}", err=True)
