"""``edgeunet flash``: a firmware project onto a board or into an emulator."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.cli.parameters import FiniteRange


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--board", help="A board or core.  [default: the one the project was made for]")
@click.option(
    "--toolchain", type=click.Choice(["gcc", "zig"]), help="Compiler.  [default: the first that is installed]"
)
@click.option(
    "--emulator", type=click.Choice(["qemu", "unicorn"]), help="Emulator.  [default: the first that is installed]"
)
@click.option("--port", help="Serial port of a real board, to hear what the firmware says.")
@click.option(
    "--timeout", "timeout_s", type=FiniteRange(0.1), default=60.0, show_default=True, help="Seconds to listen."
)
@click.option("--dry-run", is_flag=True, help="Print the exact commands and run none.")
def command(
    directory: Path,
    board: str | None,
    toolchain: str | None,
    emulator: str | None,
    port: str | None,
    timeout_s: float,
    dry_run: bool,
) -> None:
    """Build the project in DIRECTORY, put it on a board (or into an emulator) and show what it reports."""
    from edgeunet.run.flash import flash, plan_flash

    plan = plan_flash(directory, board, toolchain, emulator)
    if dry_run:
        click.echo(plan.text())
        return
    flash(
        plan,
        emulator=emulator,
        port=port,
        timeout_s=timeout_s,
        on_text=click.echo,
        note=lambda text: click.echo(text, err=True),
    )
